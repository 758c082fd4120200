import { make } from "../dom.js";
import { relationsOf, same } from "../document/focus.js";
import { count } from "../format.js";
import { Row } from "./row.js";

// How far from the window a sentence still counts as near.
const MARGIN = "600px 0px";
const PREVIEW = 1000;
// Sentences that the browser can leave out of its layout together.
const CHUNK = 50;
const NOTHING = { active: new Set(), linked: new Set(), kept: null, relations: [] };

const whenIdle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));

/** The text with its entities marked and its relations drawn. */
export class Reading {
  #list;
  #focus;
  #document = null;
  #schema = null;
  #shown = null;
  /** @type {Row[]} */ rows = [];
  #rowOf = new WeakMap();
  #rest = make("p", { className: "rest", dir: "auto" });
  #mode = "auto";
  #width = 0;
  #due = 0;
  #idle = false;
  /** @type {Row|null} */ #lit = null;
  #painted = null;
  /** What was chosen when the arcs were drawn, and the row it is in. */ #kept = null;
  #home = undefined;
  #watch = new IntersectionObserver((entries) => this.#approach(entries), { rootMargin: MARGIN });

  /**
   * @param {HTMLElement} list
   * @param {import("../document/focus.js").Focus} focus
   */
  constructor(list, focus) {
    this.#list = list;
    this.#focus = focus;
    focus.addEventListener("change", () => this.emphasise());
    window.addEventListener("beforeprint", () => this.rows.forEach((row) => row.dress(this.#shown)));
    new ResizeObserver(() => {
      if (list.clientWidth === this.#width) return;
      this.#width = list.clientWidth;
      for (const row of this.rows) row.unplaced = true;
      this.#soon();
    }).observe(list);
  }

  /**
   * Starts anew.
   * @param {import("../document/document.js").Document} document
   * @param {import("../document/schema.js").Schema} schema
   * @param {import("../document/shown.js").Shown} shown
   */
  open(document, schema, shown) {
    this.#document = document;
    this.#schema = schema;
    this.#shown = shown;
    this.#watch.disconnect();
    this.#lit = this.#painted = this.#kept = null;
    this.#home = undefined;
    this.rows = [];
    this.#list.replaceChildren(this.#rest);
    this.splice({ at: 0, before: [], after: document.sentences });
    this.showRest();
  }

  /** Follows the document. @param {import("../document/document.js").Splice} splice */
  splice({ at, before, after }) {
    const kept = Math.min(before.length, after.length);
    for (let i = 0; i < kept; i++) {
      const row = this.rows[at + i];
      row.put(after[i]);
      // The next key may come before the next frame.
      if (row.holdsFocus) row.dress(this.#shown);
    }
    const next = this.rows[at + before.length]?.element ?? null;
    const gone = this.rows.splice(at + kept, before.length - kept);
    for (const row of gone) this.#drop(row);
    const fresh = after.slice(kept).map((sentence) => this.#make(sentence));
    // Sentences that come while the text is read come at the end.
    if (at + kept === this.rows.length) for (const row of fresh) this.rows.push(row);
    else this.rows.splice(at + kept, 0, ...fresh);
    if (next) next.before(...fresh.map(({ element }) => element));
    else this.#append(fresh);
    const moved = gone.length === fresh.length ? at + after.length : this.rows.length;
    for (let i = at + kept; i < moved; i++) this.rows[i].number = i + 1;
    this.#soon();
  }

  /** Shows the beginning of what was not read (yet): all of it would be laid out anew for each batch. */
  showRest() {
    const rest = this.#document.rest.trim();
    const more = rest.length - PREVIEW;
    this.#rest.textContent = more > 0 ? `${rest.slice(0, PREVIEW).toWellFormed()} … and ${count(more)} more characters` : rest;
    this.#rest.hidden = rest === "";
  }

  /** @param {import("./row.js").Mode} mode */
  setMode(mode) {
    this.#mode = mode;
    this.#list.classList.toggle("roomy", mode === "active");
    for (const row of this.rows) row.unplaced = true;
    this.#soon();
  }

  /** Other things may show. */
  refresh() {
    for (const row of this.rows) if (row.outdated(this.#shown)) row.stale = row.unplaced = true;
    this.#soon();
  }

  /** Opens or closes the arcs of the row that an element lies in. @param {Element} element */
  toggleArcs(element) {
    const row = this.rowOf(element);
    row.toggle();
    this.#arrange([row]);
  }

  /** @param {Element} element @returns {Row|undefined} */
  rowOf(element) {
    return this.#rowOf.get(element.closest(".sentence"));
  }

  /** The first piece of each entity of a row, once it is marked. @param {number} index */
  stops(index) {
    this.rows[index].dress(this.#shown);
    return this.rows[index].text.stops;
  }

  /** Paints how much the model looked at each part of a sentence. @param {number} index @param {import("./sentence.js").Heat[]} heat */
  paint(index, heat) {
    const row = this.rows[index];
    if (this.#painted && this.#painted !== row) this.#painted.paint([]);
    row?.paint(heat);
    this.#arrange([...new Set([this.#painted, row])].filter((one) => one?.stale));
    this.#painted = heat.length > 0 ? row : null;
  }

  /** @param {import("../document/focus.js").Target} target */
  reveal({ id, kind }) {
    const place = this.#document.place(id);
    if (place < 0) return;
    const entity = kind === "entity" ? id : this.#document.relation(id).head;
    this.rows[place].dress(this.#shown);
    this.#scrollTo(this.rows[place].text.pieces.get(entity)?.[0] ?? this.rows[place].element);
  }

  /** @param {number} place of a sentence */
  goTo(place) {
    if (this.rows[place]) this.#scrollTo(this.rows[place].element);
  }

  #scrollTo(element) {
    const { top, bottom } = element.getBoundingClientRect();
    const far = bottom < -innerHeight || top > 2 * innerHeight;
    const calm = far || matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    // What lies between gets its true height only once it was near.
    if (far) requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: "center" })));
  }

  /** The row and the relations of what the reader chose. */
  #chosen() {
    const { kept } = this.#focus;
    const row = kept ? this.rows[this.#document.place(kept.id)] : undefined;
    return { row, relations: row ? relationsOf(kept, this.#shown.of(row.sentence)) : [] };
  }

  /** Brings out what the reader points at, and makes room for what they chose. */
  emphasise() {
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

  #append(rows) {
    for (let from = 0; from < rows.length; ) {
      let chunk = this.#rest.previousElementSibling;
      if (!chunk || chunk.childElementCount >= CHUNK) this.#rest.before((chunk = make("ol", { className: "chunk" })));
      const to = from + CHUNK - chunk.childElementCount;
      chunk.append(...rows.slice(from, to).map(({ element }) => element));
      from = to;
    }
  }

  /** Room comes and goes with the choice, but what was chosen stays under the hand. */
  #resettle(kept) {
    const rows = [this.#home, (this.#home = this.#chosen().row)];
    this.#kept = kept;
    const chosen = kept?.kind === "entity" ? this.#home?.text.pieces.get(kept.id)?.[0] : this.#home?.text.element;
    const before = chosen?.getBoundingClientRect().top;
    this.#arrange([...new Set(rows)].filter((row) => row && (row.near || row === this.#home)));
    const moved = chosen?.isConnected ? chosen.getBoundingClientRect().top - before : 0;
    if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
  }

  #make(sentence) {
    const row = new Row(sentence, this.#schema);
    this.#rowOf.set(row.element, row);
    this.#watch.observe(row.element);
    return row;
  }

  #drop(row) {
    this.#watch.unobserve(row.element);
    const chunk = row.element.parentElement;
    row.element.remove();
    if (chunk.childElementCount === 0) chunk.remove();
    if (this.#lit === row) this.#lit = null;
    if (this.#painted === row) this.#painted = null;
  }

  #approach(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.#rowOf.get(target);
      if (row) row.near = isIntersecting;
    }
    this.#soon();
  }

  #soon() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      this.#arrange(this.rows.filter(({ near, stale, unplaced }) => near && (stale || unplaced)));
      this.#later();
    });
  }

  /** Marks what is far away a few sentences at a time. */
  #later() {
    if (this.#idle) return;
    this.#idle = true;
    let next = 0;
    const work = (deadline) => {
      for (; next < this.rows.length && deadline.timeRemaining() > 2; next++) this.rows[next].dress(this.#shown);
      if (next < this.rows.length) whenIdle(work);
      else this.#idle = false;
    };
    whenIdle(work);
  }

  /** Lays the arcs out. Reading and writing take turns, so that the browser lays out few times. */
  #arrange(rows) {
    if (rows.length === 0) return;
    for (const row of rows) row.dress(this.#shown);
    const chosen = this.#chosen();
    for (const row of rows) row.settle(this.#mode, row === chosen.row ? chosen.relations : []);
    if (this.#list.clientWidth === 0) return;
    const measures = rows.map((row) => row.arcs.measure(row.standing));
    rows.forEach((row, i) => row.arcs.reserve(measures[i]));
    const placed = rows.map((row) => row.arcs.measure(row.standing));
    rows.forEach((row, i) => row.arcs.draw(placed[i]));
    for (const row of rows) row.redrawn();
    this.#offerFirst();
    if (this.#lit && rows.includes(this.#lit)) this.emphasise();
  }

  /** Makes the first entity the one that Tab reaches, unless one is already. */
  #offerFirst() {
    if (this.#list.querySelector('.entity[tabindex="0"]')) return;
    const first = this.#list.querySelector(".entity.first");
    if (first) first.tabIndex = 0;
  }
}
