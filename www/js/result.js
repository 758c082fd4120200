import { Desk } from "./correct/desk.js";
import { byId } from "./dom.js";
import { Exports } from "./exports/exports.js";
import { count } from "./format.js";
import { Graph } from "./graph/graph.js";
import { Combinations } from "./panel/combinations.js";
import { Evidence } from "./panel/evidence.js";
import { Selection } from "./panel/selection.js";
import { Types } from "./panel/types.js";
import { listen } from "./reading/pointing.js";
import { Reading } from "./reading/reading.js";
import { Score } from "./score/score.js";
import { Tables } from "./tables/tables.js";
import { Tabs } from "./tabs.js";
import { combinations, summary, tally } from "./tally.js";

// Least time in ms between two updates of the counts.
const EVERY = 250;

/** The document in all its views. */
export class Result {
  #space;
  #engine;
  #due = 0;
  #pause = EVERY;

  /**
   * @param {import("./document/workspace.js").Workspace} space
   * @param {import("./engine.js").Engine} engine
   * @param {{announce: (message: string) => void, toast: (message: string) => void, rewrite: (place: number) => void}} hooks
   *   `announce` speaks to screen readers; `toast` also shows the message
   */
  constructor(space, engine, { announce, toast, rewrite }) {
    this.#space = space;
    this.#engine = engine;
    const { focus, choice } = space;
    const goTo = (place) => this.#goTo(place);
    const visit = (target) => this.#visit(target);
    this.evidence = new Evidence(engine);
    this.tabs = new Tabs(byId("tabs"), (id) => this.#turn(id));
    this.reading = new Reading(byId("reading"), focus);
    this.desk = new Desk(space, this.reading, { toast, rewrite, goTo });
    this.selection = new Selection(byId("selection"), focus, this.desk.editor, this.evidence, {
      onPick: (target) => focus.keep(target),
      onHeat: (place, heat) => this.reading.paint(place, heat),
    });
    this.types = new Types(byId("types"), choice);
    this.tables = new Tables(visit);
    this.graph = new Graph(visit);
    this.score = new Score(engine, { announce, onOpen: goTo });
    const exports = new Exports(announce, () => ({ ...this.#views(), name: space.name, model: space.model, place: this.#place() }));
    const dialog = new Combinations(choice);

    engine.addEventListener("changed", () => {
      this.evidence.forget();
      this.selection.show();
    });
    engine.addEventListener("loaded", () => {
      this.selection.show();
      this.#markModel();
    });
    listen(byId("reading"), this.reading, focus, (target) => this.#press(target));
    byId("reading").addEventListener("click", ({ target }) => target.closest('[data-action="arcs"]') && this.reading.toggleArcs(target));
    byId("arc-mode").addEventListener("change", ({ target }) => this.reading.setMode(/** @type {any} */ (target).value));
    byId("let-go").addEventListener("click", () => (this.desk.editor.cancel(), focus.clear()));
    byId("export").addEventListener("click", () => exports.show());
    byId("save-gold").addEventListener("click", () => exports.show("jsonl"));
    byId("combinations").addEventListener("click", () => dialog.show(space.schema, combinations(space.document)));
    byId("show-all").addEventListener("click", () => choice.reset());
    focus.addEventListener("change", () => {
      this.tables.pick(focus.kept);
      if (focus.kept) requestAnimationFrame(uncover);
    });
    space.addEventListener("open", () => this.#open());
    space.addEventListener("close", () => this.#close());
    space.addEventListener("splice", ({ detail }) => this.#splice(detail));
    space.addEventListener("rest", () => this.#rest());
    space.addEventListener("choice", () => this.#choose());
    space.addEventListener("types", () => this.#learn());
  }

  /** The summary of the document, as one sentence. */
  get summary() {
    this.#summarise();
    return byId("summary").textContent;
  }

  /** Whether opened files are scored: the score view is on show. */
  get scoring() {
    return this.tabs.current === "view-score" && !byId("result").hidden;
  }

  /** Scores the model against a file. @param {import("./imports/files.js").GoldFile|import("./imports/files.js").DocumentFile} file */
  async scoreFile(file) {
    // A file that cannot be read must not cover what is on show.
    const gold = this.scoring ? null : await this.score.read(file);
    this.#offer(this.#space.document !== null);
    this.tabs.turn("view-score");
    byId("result").hidden = false;
    await this.score.scoreFile(file, gold);
  }

  /** Tells that the findings are not those of the model in use. */
  #markModel() {
    const { model, document } = this.#space;
    const current = this.#engine.info?.model;
    const other = document !== null && model !== null && current !== undefined && model.name !== current;
    byId("other-model").hidden = !other;
    if (other) byId("other-model").firstElementChild.textContent = `Found by the model “${model.name}”; “${current}” is in use now.`;
  }

  /** Offers what needs a document. @param {boolean} on */
  #offer(on) {
    for (const id of ["tab-text", "tab-graph", "tab-tables", "export"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = !on;
    if (!on) byId("summary").textContent = "";
  }

  #views() {
    const { document, schema, shown } = this.#space;
    return { document, schema, shown };
  }

  #open() {
    const { document, schema, shown } = this.#views();
    if (byId("result").hidden) this.tabs.turn("view-text");
    byId("result").hidden = false;
    byId("result").parentElement.classList.add("has-result");
    this.#offer(true);
    this.#markModel();
    this.evidence.forget();
    this.#markPartial();
    for (const view of [this.reading, this.selection, this.tables, this.graph]) view.open(document, schema, shown);
    this.score.open(document, schema);
    this.types.open(schema);
    this.#summarise();
  }

  #close() {
    clearTimeout(this.#due);
    this.#due = 0;
    byId("result").hidden = true;
    byId("result").parentElement.classList.remove("has-result");
  }

  #splice(splice) {
    const { schema } = this.#space;
    const known = schema.size;
    schema.learn(splice.after);
    // Carried corrections may have types that the model does not know.
    if (schema.size > known) this.types.open(schema);
    this.reading.splice(splice);
    if (splice.before.length > 0) this.selection.show();
    this.#soon();
  }

  #rest() {
    this.reading.showRest();
    this.#markPartial();
    this.#soon();
  }

  #markPartial() {
    const { document, reading } = this.#space;
    byId("result").classList.toggle("partial", !reading && document.rest.trim() !== "");
  }

  #choose() {
    if (!this.#space.document) return;
    const { focus, document, shown } = this.#space;
    this.reading.refresh();
    focus.prune(({ kind, id }) => {
      const { entities, relations } = shown.of(document.sentences[document.place(id)]);
      return (kind === "entity" ? entities : relations).some((one) => one.id === id);
    });
    this.selection.show();
    this.#soon();
  }

  #learn() {
    this.types.open(this.#space.schema);
    this.selection.show();
    this.#soon();
  }

  /** Schedules an update of the counts. Counting for every batch would take quadratic time on a long text. */
  #soon() {
    this.#due ||= setTimeout(() => this.#summarise(), this.#pause);
  }

  #summarise() {
    const started = performance.now();
    clearTimeout(this.#due);
    this.#due = 0;
    const { document, shown, read, choice } = this.#space;
    const { counts, total } = tally(document, shown);
    const { length } = document;
    byId("summary").textContent = `${summary(total, document)} · ${count(Math.min(read, length))} of ${count(length)} characters read`;
    this.types.showCounts(counts);
    byId("show-all").hidden = choice.idle;
    this.#turn(this.tabs.current);
    this.#pause = Math.max(EVERY, 8 * (performance.now() - started));
  }

  #turn(id) {
    byId("columns").classList.toggle("wide", id === "view-score");
    if (id === "view-tables") this.tables.show();
    if (id === "view-graph") this.graph.show();
    if (id !== "view-text") this.desk.marker.close();
  }

  /** Handles a click on an entity or relation in the text. */
  #press(target) {
    const { editor } = this.desk;
    if (editor.pending && target.kind === "entity") editor.aim(target.id);
    else this.#space.focus.toggle(target);
  }

  /** Shows an entity or relation in the text view. */
  #visit(target) {
    this.tabs.turn("view-text");
    this.#space.focus.keep(target);
    this.reading.reveal(target);
  }

  #goTo(place) {
    this.tabs.turn("view-text");
    this.reading.goTo(place);
  }

  /** The place of the selected sentence, or else of the topmost visible one. */
  #place() {
    const { kept } = this.#space.focus;
    if (kept) return this.#space.document.place(kept.id);
    const top = this.reading.rows.findIndex(({ near, element }) => near && element.getBoundingClientRect().bottom > 0);
    return Math.max(0, top);
  }
}

/** On a phone the selection panel covers part of the text: scrolls so that it does not cover the selected target. */
function uncover() {
  const card = byId("selection-card");
  const chosen = byId("reading").querySelector("[aria-current], .arc.active");
  if (!chosen || getComputedStyle(card).position !== "fixed") return;
  const hidden = chosen.getBoundingClientRect().bottom + 16 - card.getBoundingClientRect().top;
  if (hidden > 0) scrollBy({ top: hidden });
}
