import { fill, make } from "../dom.js";
import { count } from "../format.js";

// Number of rows shown at first.
const PAGE = 100;
const MORE = 1000;

/**
 * A column: `value` is the key to sort by, `cell` the content to show.
 * @template T
 * @typedef {{title: string, className?: string, value: (item: T) => string|number, cell: (item: T) => Node|string}} Column
 */

/** A table that sorts by a click on a column's header. A click on a row picks its item. @template T */
export class Table {
  #columns;
  #root;
  #onPick;
  #items = [];
  #sort = { column: -1, down: false };
  #limit = PAGE;
  /** @type {(item: T) => boolean} */ #isPicked = () => false;

  /**
   * @param {HTMLElement} root
   * @param {{caption: string, empty: string, columns: Column<T>[], onPick: (item: T) => void}} options
   */
  constructor(root, { caption, empty, columns, onPick }) {
    this.#root = root;
    this.#columns = columns;
    this.#onPick = onPick;
    this.caption = make("caption", {}, make("span", { className: "heading" }, caption));
    this.total = make("span", { className: "hint" });
    this.caption.append(" ", this.total);
    this.heads = columns.map((column, index) => this.#head(column, index));
    this.body = make("tbody");
    this.empty = make("p", { className: "hint" }, empty);
    this.more = make("button", { type: "button", className: "quiet", onclick: () => this.#showMore() });
    const table = make("table", {}, this.caption, make("thead", {}, make("tr", {}, ...this.heads)), this.body);
    root.replaceChildren(make("div", { className: "table-scroll" }, table), this.empty, this.more);
  }

  /** @param {T[]} items */
  show(items) {
    this.#items = items;
    this.#fill();
  }

  /** @param {(item: T) => boolean} isPicked */
  pick(isPicked) {
    this.#isPicked = isPicked;
    for (const row of this.body.rows) this.#markPicked(row);
  }

  reset() {
    this.#limit = PAGE;
  }

  #showMore() {
    this.#limit += MORE;
    this.#fill();
  }

  /** Shows all items. */
  unfold() {
    this.#limit = Infinity;
    this.#fill();
  }

  #head(column, index) {
    const button = make("button", { type: "button" }, column.title, make("span", { className: "sort-mark", ariaHidden: "true" }));
    button.addEventListener("click", () => this.#sortBy(index));
    return make("th", { scope: "col", className: column.className ?? "" }, button);
  }

  #sortBy(index) {
    const { column, down } = this.#sort;
    this.#sort = { column: index, down: column === index && !down };
    for (const [i, head] of this.heads.entries()) {
      if (i === index) head.setAttribute("aria-sort", this.#sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.#fill();
  }

  #sorted() {
    const { column, down } = this.#sort;
    if (column < 0) return this.#items;
    const { value } = this.#columns[column];
    const sign = down ? -1 : 1;
    return this.#items.toSorted((a, b) => sign * compare(value(a), value(b)));
  }

  #fill() {
    const rows = this.#sorted().slice(0, this.#limit).map((item) => this.#row(item));
    fill(this.body, rows);
    this.total.textContent = count(this.#items.length);
    this.empty.hidden = this.#items.length > 0;
    this.#root.querySelector("table").classList.toggle("blank", this.#items.length === 0);
    const hidden = this.#items.length - rows.length;
    this.more.hidden = hidden <= 0;
    this.more.textContent = hidden > MORE ? `Show ${count(MORE)} more` : `Show all ${count(this.#items.length)}`;
  }

  #row(item) {
    const cells = this.#columns.map((column, index) => {
      const content = column.cell(item);
      // The first cell holds a button, so that the keyboard reaches the row.
      const inner = index === 0 ? make("button", { type: "button", className: "row-button" }, content) : content;
      return make(index === 0 ? "th" : "td", { className: column.className ?? "", ...(index === 0 && { scope: "row" }) }, inner);
    });
    const row = make("tr", {}, ...cells);
    row.item = item;
    this.#markPicked(row);
    row.addEventListener("click", () => this.#onPick(item));
    return row;
  }

  #markPicked(row) {
    const picked = this.#isPicked(row.item);
    row.classList.toggle("picked", picked);
    row.querySelector(".row-button").setAttribute("aria-pressed", String(picked));
  }
}

const collator = new Intl.Collator(undefined, { numeric: true });

const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));
