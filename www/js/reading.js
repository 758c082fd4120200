import { Arcs } from "./arcs.js";
import { make } from "./dom.js";
import { relationsOf } from "./focus.js";
import { plural } from "./format.js";
import { SentenceView } from "./sentence.js";

const FEW = 8;

/** The text with its entities marked and its relations drawn. */
export class Reading {
  #list;
  #focus;
  #findings = null;
  #schema = null;
  #shows = null;
  #rows = [];
  #rest = null;
  #mode = "auto";
  #width = 0;

  /**
   * @param {HTMLElement} list
   * @param {import("./focus.js").Focus} focus
   */
  constructor(list, focus) {
    this.#list = list;
    this.#focus = focus;
    focus.addEventListener("change", () => this.#emphasise());
    new ResizeObserver(() => {
      if (list.clientWidth === this.#width) return;
      this.#width = list.clientWidth;
      this.arrange();
    }).observe(list);
  }

  /** The sentences on show, for the keyboard. */
  get views() {
    return this.#rows.map(({ view }) => view);
  }

  /**
   * Starts anew: the whole text, nothing read yet.
   * @param {import("./findings.js").Findings} findings
   * @param {import("./schema.js").Schema} schema
   * @param {import("./filter.js").Filter} shows
   */
  open(findings, schema, shows) {
    this.#findings = findings;
    this.#schema = schema;
    this.#shows = shows;
    this.#rows = [];
    this.#rest = make("li", { className: "rest", dir: "auto" });
    this.#list.replaceChildren(this.#rest);
    this.showRest();
  }

  /** @param {import("./findings.js").Sentence[]} sentences */
  add(sentences) {
    const rows = sentences.map((sentence) => {
      const view = new SentenceView(sentence, this.#findings.text, this.#schema);
      const before = this.#findings.text.slice(this.#endOf(sentence.index - 1), sentence.start);
      if (before.trim() !== "") this.#rest.before(make("li", { className: "between", dir: "auto" }, before.trim()));
      if (/\n\s*\n/.test(before)) view.element.classList.add("paragraph");
      this.#rest.before(view.element);
      return { view, arcs: new Arcs(view), toggle: this.#toggle(view), open: false };
    });
    this.#rows.push(...rows);
    this.showRest();
    this.arrange(rows);
    this.#emphasise();
  }

  /** Shows what was not read (yet). */
  showRest() {
    const rest = this.#findings.text.slice(this.#endOf(this.#rows.length - 1));
    this.#rest.textContent = rest.trim();
    this.#rest.hidden = rest.trim() === "";
  }

  /** @param {"auto"|"all"|"active"} mode which relations are drawn without being pointed at */
  setMode(mode) {
    this.#mode = mode;
    this.#list.classList.toggle("roomy", mode === "active");
    this.arrange();
  }

  /** Lays the arcs out. Reading and writing take turns, so that the browser lays out few times. */
  arrange(rows = this.#rows) {
    if (!this.#findings || this.#list.clientWidth === 0) return;
    for (const row of rows) {
      row.view.filter((entity) => this.#shows.entity(entity));
      row.drawn = this.#standing(row);
      this.#labelToggle(row);
    }
    const measures = rows.map((row) => row.arcs.measure(row.drawn));
    rows.forEach((row, i) => row.arcs.reserve(measures[i]));
    const placed = rows.map((row) => row.arcs.measure(row.drawn));
    rows.forEach((row, i) => row.arcs.draw(placed[i]));
    this.#emphasise();
  }

  /** @param {import("./focus.js").Target} target */
  reveal(target) {
    const entity = target.kind === "entity" ? target.item : target.item.head;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const piece = this.#rows[entity.sentence]?.view.pieces.get(entity.id)?.[0];
    piece?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  #endOf(index) {
    return index < 0 ? 0 : this.#findings.sentences[index].end;
  }

  #shown({ view }) {
    return view.sentence.relations.filter((relation) => this.#shows.relation(relation));
  }

  /** The relations a sentence shows without being asked. */
  #standing(row) {
    const relations = this.#shown(row);
    if (this.#mode === "all") return relations;
    return this.#mode === "auto" && (row.open || relations.length <= FEW) ? relations : [];
  }

  #toggle(view) {
    const toggle = make("button", { type: "button", className: "arc-toggle", hidden: true });
    toggle.addEventListener("click", () => {
      const row = this.#rows[view.sentence.index];
      row.open = !row.open;
      this.arrange([row]);
    });
    view.element.append(toggle);
    return toggle;
  }

  #labelToggle(row) {
    const { length } = this.#shown(row);
    row.view.element.classList.toggle("roomy", this.#mode === "auto" && length > FEW && !row.open);
    row.toggle.hidden = this.#mode !== "auto" || length <= FEW;
    row.toggle.textContent = row.open ? "Hide relations" : `Show ${plural(length, "relation")}`;
    row.toggle.setAttribute("aria-pressed", String(row.open));
  }

  #emphasise() {
    const { active, kept } = this.#focus;
    const relations = relationsOf(active).filter((relation) => this.#shows.relation(relation));
    const ids = new Set(relations.map(({ id }) => id));
    const linked = new Set(relations.flatMap(({ head, tail }) => [head.id, tail.id]));
    const own = new Set(active?.kind === "entity" ? [active.item.id] : []);
    const held = kept?.kind === "entity" ? kept.item.id : null;
    for (const row of this.#rows) {
      const here = relations.filter(({ sentence }) => sentence === row.view.sentence.index);
      this.#bringOut(row, here);
      row.view.mark(own, linked, held);
      row.arcs.emphasise(here.length > 0 ? ids : new Set());
    }
  }

  /** Draws relations that do not stand, over the lines above, for as long as they are active. */
  #bringOut(row, relations) {
    const extra = relations.some((relation) => !row.drawn?.includes(relation));
    if (!extra && !row.extra) return;
    row.extra = extra;
    row.arcs.draw(row.arcs.measure(extra ? [...new Set([...row.drawn, ...relations])] : row.drawn));
  }
}
