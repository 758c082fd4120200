import { make } from "../dom.js";
import { plural } from "../format.js";
import { Arcs } from "./arcs.js";
import { SentenceText } from "./sentence.js";

// Largest number of relations that mode "auto" draws unasked.
const FEW = 8;
// Number of relations beyond which a row draws only those of the selected target.
const CROWD = 400;

/** @typedef {"auto"|"all"|"active"} Mode which relations have arcs while the reader points at none of them */

/** One sentence of the reading view. A row far from the window is marked and drawn later. */
export class Row {
  /** @type {import("../document/document.js").Findings} the findings that are marked and drawn */ #found = { entities: [], relations: [] };
  #heat = [];
  #marks = { active: new Set(), linked: new Set(), kept: null };
  #open = false;
  #standing = [];
  #drawn = 0;
  #held = null;
  #gap = make("span", { className: "between", dir: "auto", hidden: true });
  #toggle = make("button", { type: "button", className: "arc-toggle", hidden: true, dataset: { action: "arcs" } });
  #deeper = make("span", { className: "hint", hidden: true });
  stale = true;
  unplaced = true;
  near = false;

  /** @param {import("../document/document.js").Sentence} sentence @param {import("../document/schema.js").Schema} schema */
  constructor(sentence, schema) {
    this.text = new SentenceText(schema);
    this.arcs = new Arcs(this.text, schema);
    this.element = make("li", { className: "sentence", dir: "auto" }, this.#gap, this.text.element, this.arcs.svg, this.#toggle, this.#deeper);
    this.put(sentence);
  }

  /** @param {import("../document/document.js").Sentence} sentence */
  put(sentence) {
    this.sentence = sentence;
    this.#heat = [];
    this.#hold();
    const gap = sentence.before.trim();
    this.#gap.textContent = gap;
    this.#gap.hidden = gap === "";
    this.element.classList.toggle("paragraph", /\n\s*\n/.test(sentence.before));
    this.element.classList.toggle("checked", sentence.checked);
    this.text.element.textContent = sentence.text;
    this.stale = this.unplaced = true;
  }

  set number(number) {
    this.text.element.dataset.number = String(number);
  }

  /** Marks the entities if they are not marked yet. @param {import("../document/shown.js").Shown} shown */
  dress(shown) {
    if (!this.stale) return;
    this.stale = false;
    this.#found = shown.of(this.sentence);
    this.#hold();
    this.text.render(this.sentence.text, this.#found, this.#heat);
    this.text.mark(this.#marks);
    this.#deeper.hidden = this.text.unmarked === 0;
    this.#deeper.textContent = `${plural(this.text.unmarked, "entity lies", "entities lie")} deeper inside others than marks can show. Look for them in the tables.`;
    this.#giveBack();
  }

  /** Whether the marks and arcs differ from the visible findings. @param {import("../document/shown.js").Shown} shown */
  outdated(shown) {
    const { entities, relations } = shown.of(this.sentence);
    return !sameItems(entities, this.#found.entities) || !sameItems(relations, this.#found.relations);
  }

  /** Whether an entity of the row had the keyboard focus when the sentence changed. */
  get holdsFocus() {
    return this.#held !== null;
  }

  /** Remembers the entity with the keyboard focus before its element is replaced. */
  #hold() {
    const { activeElement } = document;
    if (!this.text.element.contains(activeElement)) return;
    this.#held = { id: Number(activeElement.dataset.entity), place: this.text.stops.indexOf(activeElement) };
  }

  #giveBack() {
    if (!this.#held) return;
    const { stops, pieces } = this.text;
    const next = pieces.get(this.#held.id)?.[0] ?? stops[Math.min(this.#held.place, stops.length - 1)] ?? this.element.closest(".reading");
    this.#held = null;
    next?.focus({ preventScroll: true });
  }

  /**
   * Decides which relations have standing arcs: all of them or, depending on the mode and their number, only those of
   * the selected target.
   * @param {Mode} mode @param {import("../document/document.js").Relation[]} chosen
   */
  settle(mode, chosen) {
    const { relations } = this.#found;
    const many = relations.length > FEW;
    const crowd = relations.length > CROWD;
    this.#standing = !crowd && (mode === "all" || (mode === "auto" && (!many || this.#open))) ? relations : chosen;
    this.element.classList.toggle("roomy", crowd || (mode === "auto" && many && !this.#open));
    this.#toggle.hidden = crowd || mode !== "auto" || !many;
    this.#toggle.textContent = this.#open ? "Hide relations" : `Show ${plural(relations.length, "relation")}`;
    this.#toggle.setAttribute("aria-expanded", String(this.#open));
    this.unplaced = false;
  }

  get standing() {
    return this.#standing;
  }

  toggle() {
    this.#open = !this.#open;
  }

  /** @param {import("./sentence.js").Heat[]} heat */
  paint(heat) {
    if (heat.length === 0 && this.#heat.length === 0) return;
    this.#heat = heat;
    this.stale = true;
  }

  /**
   * Highlights entities and relations. Arcs without a standing place are drawn over the lines above.
   * @param {{active: Set<number>, linked: Set<number>, kept: number|null, relations: import("../document/document.js").Relation[]}} marks
   */
  emphasise(marks) {
    this.#marks = marks;
    this.text.mark(marks);
    const drawn = [...new Set([...this.#standing, ...marks.relations])];
    if (drawn.length !== this.#drawn) this.arcs.draw(this.arcs.measure(drawn));
    this.#drawn = drawn.length;
    this.arcs.emphasise(new Set(marks.relations.map(({ id }) => id)));
  }

  /** Notes that only the standing arcs are drawn. */
  redrawn() {
    this.#drawn = this.#standing.length;
  }
}

const sameItems = (a, b) => a.length === b.length && a.every((item, i) => item === b[i]);
