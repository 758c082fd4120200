import { relationsOf, same } from "../document/focus.js";
import { RowList } from "./list.js";
import { Schedule } from "./schedule.js";
import { bring, hold } from "./scroll.js";

const NOTHING = { active: new Set(), linked: new Set(), kept: null, relations: [] };

/** The text with its entities marked and its relations drawn. */
export class Reading {
  #root;
  #focus;
  #list;
  #document = null;
  #shown = null;
  #mode = "auto";
  #width = 0;
  #schedule = new Schedule();
  /** The row with highlighted marks. */ #lit = null;
  /** The row with painted attention. */ #painted = null;
  /** The selected target when the arcs were drawn. */ #kept = null;
  /** The row of that target. */ #home = undefined;

  /**
   * @param {HTMLElement} root
   * @param {import("../document/focus.js").Focus} focus
   */
  constructor(root, focus) {
    this.#root = root;
    this.#focus = focus;
    this.#list = new RowList(root);
    this.#list.addEventListener("near", () => this.#soon());
    focus.addEventListener("change", () => this.#emphasise());
    window.addEventListener("beforeprint", () => this.rows.forEach((row) => row.dress(this.#shown)));
    new ResizeObserver(() => {
      if (root.clientWidth === this.#width) return;
      this.#width = root.clientWidth;
      this.#replace();
    }).observe(root);
  }

  /** The rows, one for each sentence. */
  get rows() {
    return this.#list.rows;
  }

  /** @param {Element} element @returns {import("./row.js").Row|undefined} */
  rowOf(element) {
    return this.#list.rowOf(element);
  }

  /**
   * Shows another document.
   * @param {import("../document/document.js").Document} document
   * @param {import("../document/schema.js").Schema} schema
   * @param {import("../document/shown.js").Shown} shown
   */
  open(document, schema, shown) {
    this.#document = document;
    this.#shown = shown;
    this.#lit = this.#painted = this.#kept = null;
    this.#home = undefined;
    this.#list.open(schema);
    this.splice({ at: 0, before: [], after: document.sentences });
    this.showRest();
  }

  /** Applies a change of the document. @param {import("../document/document.js").Splice} splice */
  splice(splice) {
    for (const row of this.#list.splice(splice)) {
      if (this.#lit === row) this.#lit = null;
      if (this.#painted === row) this.#painted = null;
    }
    // The row with the focus is marked at once, since the next key may be pressed before the next frame.
    for (const row of this.rows.slice(splice.at, splice.at + splice.before.length)) if (row.holdsFocus) row.dress(this.#shown);
    this.#soon();
  }

  /** Shows the beginning of the unread text. */
  showRest() {
    this.#list.showRest(this.#document.rest);
  }

  /** @param {import("./row.js").Mode} mode */
  setMode(mode) {
    this.#mode = mode;
    this.#root.classList.toggle("roomy", mode === "active");
    this.#replace();
  }

  /** Redraws rows whose visible findings changed. */
  refresh() {
    for (const row of this.rows) if (row.outdated(this.#shown)) row.stale = row.unplaced = true;
    this.#soon();
  }

  /** Shows or hides the arcs of the row that contains an element. @param {Element} element */
  toggleArcs(element) {
    const row = this.rowOf(element);
    row.toggle();
    this.#arrange([row]);
  }

  /** The first piece of each entity of a row, which is marked first if need be. @param {number} place */
  stops(place) {
    this.rows[place].dress(this.#shown);
    return this.rows[place].text.stops;
  }

  /** Paints the attention weights of a sentence's segments. @param {number} place @param {import("./sentence.js").Heat[]} heat */
  paint(place, heat) {
    const row = this.rows[place];
    if (this.#painted && this.#painted !== row) this.#painted.paint([]);
    row?.paint(heat);
    this.#arrange([...new Set([this.#painted, row])].filter((one) => one?.stale));
    this.#painted = heat.length > 0 ? row : null;
  }

  /** Scrolls an entity or relation into view. @param {import("../document/focus.js").Target} target */
  reveal({ id, kind }) {
    const row = this.rows[this.#document.place(id)];
    if (!row) return;
    row.dress(this.#shown);
    const entity = kind === "entity" ? id : this.#document.relation(id).head;
    bring(row.text.pieces.get(entity)?.[0] ?? row.element);
  }

  /** @param {number} place of a sentence */
  goTo(place) {
    if (this.rows[place]) bring(this.rows[place].element);
  }

  /** The row and the relations of the selected target. */
  #chosen() {
    const { kept } = this.#focus;
    const row = kept ? this.rows[this.#document.place(kept.id)] : undefined;
    return { row, relations: row ? relationsOf(kept, this.#shown.of(row.sentence)) : [] };
  }

  /** Highlights the target that the reader points at, and makes room for the arcs of the selected one. */
  #emphasise() {
    if (!this.#document) return;
    const { active, kept } = this.#focus;
    if (!same(kept, this.#kept)) this.#resettle(kept);
    const row = active ? this.rows[this.#document.place(active.id)] : null;
    if (this.#lit && this.#lit !== row) this.#lit.emphasise(NOTHING);
    this.#lit = row ?? null;
    if (!row) return;
    this.#arrange([row].filter(({ stale, unplaced }) => stale || unplaced));
    const relations = relationsOf(active, this.#shown.of(row.sentence));
    row.emphasise({
      active: new Set(active.kind === "entity" ? [active.id] : []),
      linked: new Set(relations.flatMap(({ head, tail }) => [head, tail])),
      kept: kept?.kind === "entity" ? kept.id : null,
      relations,
    });
  }

  /** Makes room for the arcs of a new selection, and keeps the selected target at its place in the window. */
  #resettle(kept) {
    const rows = [this.#home, (this.#home = this.#chosen().row)];
    this.#kept = kept;
    const piece = kept?.kind === "entity" ? this.#home?.text.pieces.get(kept.id)?.[0] : this.#home?.text.element;
    hold(piece, () => this.#arrange([...new Set(rows)].filter((row) => row && (row.near || row === this.#home))));
  }

  #replace() {
    for (const row of this.rows) row.unplaced = true;
    this.#soon();
  }

  /** Draws rows near the window before the next frame, and marks the others while the browser is idle. */
  #soon() {
    this.#schedule.soon(() => {
      this.#arrange(this.rows.filter(({ near, stale, unplaced }) => near && (stale || unplaced)));
      this.#schedule.later(() => this.rows.length, (place) => this.rows[place].dress(this.#shown));
    });
  }

  /** Draws the arcs of rows. It measures all rows before it changes any, to avoid repeated layout. */
  #arrange(rows) {
    if (rows.length === 0) return;
    for (const row of rows) row.dress(this.#shown);
    const chosen = this.#chosen();
    for (const row of rows) row.settle(this.#mode, row === chosen.row ? chosen.relations : []);
    if (this.#root.clientWidth === 0) return;
    const measures = rows.map((row) => row.arcs.measure(row.standing));
    rows.forEach((row, i) => row.arcs.reserve(measures[i]));
    const placed = rows.map((row) => row.arcs.measure(row.standing));
    rows.forEach((row, i) => row.arcs.draw(placed[i]));
    for (const row of rows) row.redrawn();
    this.#offerFirst();
    if (this.#lit && rows.includes(this.#lit)) this.#emphasise();
  }

  /** Makes the first entity the tab stop, unless there is one already. */
  #offerFirst() {
    if (this.#root.querySelector('.entity[tabindex="0"]')) return;
    const first = this.#root.querySelector(".entity.first");
    if (first) first.tabIndex = 0;
  }
}
