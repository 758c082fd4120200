import { make } from "../dom.js";
import { snap } from "../document/words.js";
import { wordsIn } from "./borders.js";
import { rangeOf, stretchOf } from "./stretch.js";

/**
 * Turns a text selection into an entity. The reader selects with the mouse or a finger in the text, or word by word
 * with the keyboard in the box beside it.
 */
export class Marker {
  #list;
  #reading;
  #editor;
  #schema = null;
  #stretch = null;
  #box = make("div", { className: "marker card", hidden: true, attributes: { role: "dialog", "aria-label": "Mark as an entity" } });

  /**
   * @param {HTMLElement} list
   * @param {import("../reading/reading.js").Reading} reading
   * @param {import("./editor.js").Editor} editor
   */
  constructor(list, reading, editor) {
    this.#list = list;
    this.#reading = reading;
    this.#editor = editor;
    list.after(this.#box);
    const look = () => setTimeout(() => this.#follow());
    list.addEventListener("pointerup", look);
    // On a touch screen the handles of a selection change it after the finger was lifted.
    document.addEventListener("selectionchange", () => matchMedia("(pointer: coarse)").matches && this.#editor.on && look());
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    editor.addEventListener("mode", () => !editor.on && this.close());
  }

  /** @param {import("../document/schema.js").Schema} schema */
  open(schema) {
    this.#schema = schema;
    this.close();
  }

  /** Selects the first word at or after an offset, for the keyboard. @param {number} place of the sentence @param {number} offset in the sentence */
  begin(place, offset) {
    const words = wordsIn(this.#reading.rows[place].sentence);
    const word = words.find(([start]) => start >= offset) ?? words.at(-1);
    if (!word) return;
    this.#show({ place, start: word[0], end: word[1] });
    this.#select();
    this.#box.querySelector(".chip-type")?.focus();
  }

  close() {
    this.#stretch = null;
    this.#box.hidden = true;
  }

  #follow() {
    if (!this.#editor.on || this.#box.contains(document.activeElement)) return;
    const stretch = stretchOf(getSelection(), this.#reading);
    if (stretch) this.#show(stretch);
    else if (!this.#box.hidden) this.close();
  }

  #show(stretch) {
    const { sentence } = this.#reading.rows[stretch.place];
    const span = snap(wordsIn(sentence), stretch.start, stretch.end);
    if (!span) return this.close();
    this.#stretch = { place: stretch.place, ...span };
    const chips = [...this.#schema.entities.values()].map((look, index) =>
      make(
        "button",
        { type: "button", className: `chip-type entity ${look.underline}`, dataset: { hue: look.hue }, onclick: () => this.#mark(look.name) },
        index < 9 ? make("span", { className: "digit", ariaHidden: "true" }, String(index + 1)) : null,
        look.words,
      ),
    );
    const words = make("bdi", { className: "selected-text", attributes: { "aria-live": "polite" } }, sentence.text.slice(span.start, span.end).replace(/\s+/g, " "));
    const close = make("button", { type: "button", className: "close", ariaLabel: "Do not mark it", onclick: () => this.#leave() }, "×");
    this.#box.replaceChildren(words, make("div", { className: "type-choice" }, ...chips), make("p", { className: "hint keys" }, "← → move it, Shift + ← → make it shorter or longer"), close);
    this.#box.hidden = false;
    this.#place();
  }

  #mark(type) {
    const { place, start, end } = this.#stretch;
    getSelection().removeAllRanges();
    this.close();
    this.#editor.add(place, start, end, type);
    this.#list.querySelector("[aria-current]")?.focus({ preventScroll: true });
  }

  #leave() {
    const row = this.#reading.rows[this.#stretch?.place];
    getSelection().removeAllRanges();
    this.close();
    row?.text.stops[0]?.focus({ preventScroll: true });
  }

  #press(event) {
    const { key, shiftKey } = event;
    if (key === "Escape") this.#leave();
    else if (/^[1-9]$/.test(key)) this.#box.querySelectorAll(".chip-type")[key - 1]?.click();
    else if (key === "ArrowLeft" || key === "ArrowRight") this.#shift(key === "ArrowRight" ? 1 : -1, shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves the selection, or only its end, by a word. */
  #shift(step, endOnly) {
    const { place, start, end } = this.#stretch;
    const words = wordsIn(this.#reading.rows[place].sentence);
    const first = words.findIndex((word) => word[0] === start);
    const last = words.findIndex((word) => word[1] === end);
    const [from, to] = [words[endOnly ? first : first + step], words[last + step]];
    if (!from || !to || to[1] <= from[0]) return;
    const held = [...this.#box.querySelectorAll("button")].indexOf(document.activeElement);
    this.#show({ place, start: from[0], end: to[1] });
    this.#select();
    this.#box.querySelectorAll("button")[held]?.focus();
  }

  /** Makes the stretch the browser's text selection. */
  #select() {
    const { place, start, end } = this.#stretch;
    const range = rangeOf(this.#reading.rows[place].text.element, start, end);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  #place() {
    const { place, start, end } = this.#stretch;
    const target = rangeOf(this.#reading.rows[place].text.element, start, end).getBoundingClientRect();
    // On a phone the box is fixed to the edge of the window and has no offset parent.
    const frame = this.#box.offsetParent?.getBoundingClientRect();
    if (!frame) return;
    const left = Math.max(8, Math.min(target.left - frame.left, frame.width - this.#box.offsetWidth - 8));
    this.#box.style.setProperty("--left", `${left}px`);
    this.#box.style.setProperty("--top", `${target.bottom - frame.top + 8}px`);
  }
}
