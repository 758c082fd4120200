import { make } from "../dom.js";
import { count } from "../format.js";
import { Row } from "./row.js";

// Distance from the window within which a sentence counts as near.
const MARGIN = "600px 0px";
// Number of characters of the unread text to show.
const PREVIEW = 1000;
// Number of sentences in a chunk, whose layout the browser skips while it is far away.
const CHUNK = 50;

/** The rows of the reading view, one for each sentence of the document. Event "near": rows came near the window. */
export class RowList extends EventTarget {
  #root;
  #schema = null;
  #rowOf = new WeakMap();
  #rest = make("p", { className: "rest", dir: "auto" });
  #watch = new IntersectionObserver((entries) => this.#approach(entries), { rootMargin: MARGIN });
  /** @type {Row[]} */ rows = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#root = root;
  }

  /** Removes all rows. @param {import("../document/schema.js").Schema} schema */
  open(schema) {
    this.#schema = schema;
    this.#watch.disconnect();
    this.rows = [];
    this.#root.replaceChildren(this.#rest);
  }

  /** @param {Element} element @returns {Row|undefined} the row that an element lies in */
  rowOf(element) {
    return this.#rowOf.get(element.closest(".sentence"));
  }

  /**
   * Applies a change of the document.
   * @param {import("../document/document.js").Splice} splice
   * @returns {Row[]} the rows that were removed
   */
  splice({ at, before, after }) {
    const kept = Math.min(before.length, after.length);
    for (let i = 0; i < kept; i++) this.rows[at + i].put(after[i]);
    const next = this.rows[at + before.length]?.element ?? null;
    const gone = this.rows.splice(at + kept, before.length - kept);
    for (const row of gone) this.#drop(row);
    const fresh = after.slice(kept).map((sentence) => this.#make(sentence));
    // While a text is read, sentences are appended; pushing avoids a spread of very many arguments.
    if (at + kept === this.rows.length) for (const row of fresh) this.rows.push(row);
    else this.rows = [...this.rows.slice(0, at + kept), ...fresh, ...this.rows.slice(at + kept)];
    if (next) for (const { element } of fresh) next.before(element);
    else this.#append(fresh);
    const moved = gone.length === fresh.length ? at + after.length : this.rows.length;
    for (let i = at + kept; i < moved; i++) this.rows[i].number = i + 1;
    return gone;
  }

  /** Shows the beginning of the unread text, since the layout of all of it for each batch would be slow. @param {string} text */
  showRest(text) {
    const rest = text.trim();
    const more = rest.length - PREVIEW;
    this.#rest.textContent = more > 0 ? `${rest.slice(0, PREVIEW).toWellFormed()} … and ${count(more)} more characters` : rest;
    this.#rest.hidden = rest === "";
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
  }

  #approach(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.#rowOf.get(target);
      if (row) row.near = isIntersecting;
    }
    this.dispatchEvent(new Event("near"));
  }
}
