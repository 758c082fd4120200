import { make } from "../dom.js";

const TOOLS = [
  { action: "check", words: "Checked", label: "Checked by you" },
  { action: "mark", words: "Add entity" },
  { action: "rewrite", words: "Edit text" },
];

/**
 * The tools of a sentence while correcting. They are added when the pointer or the focus enters a sentence, so that a
 * long text does not hold thousands of buttons.
 */
export class RowTools {
  #editor;
  #element = make("span", { className: "row-tools" });
  #row = null;

  /**
   * @param {HTMLElement} list
   * @param {import("../reading/reading.js").Reading} reading
   * @param {import("./editor.js").Editor} editor
   * @param {Record<"check"|"mark"|"rewrite", (place: number) => void>} actions
   */
  constructor(list, reading, editor, actions) {
    this.#editor = editor;
    this.buttons = TOOLS.map(({ action, words, label }) => {
      const button = make("button", { type: "button", className: "quiet", ...(label && { ariaLabel: label }) }, words);
      button.addEventListener("click", () => {
        actions[action](reading.rows.indexOf(this.#row));
        this.#follow();
      });
      return button;
    });
    this.#element.append(...this.buttons);
    const come = ({ target }) => editor.on && target.closest(".sentence") && !list.querySelector(".rewriting") && this.#come(reading.rowOf(target));
    list.addEventListener("pointerover", come);
    list.addEventListener("focusin", come);
    editor.addEventListener("mode", () => {
      list.classList.toggle("correcting", editor.on);
      list.classList.toggle("linking", editor.pending?.tail === null);
      if (!editor.on) this.leave();
      else if (!this.#row && reading.rows[0]) this.#come(reading.rows[0]);
    });
  }

  leave() {
    this.#element.remove();
    this.#row = null;
  }

  #come(row) {
    if (!row || (row === this.#row && this.#element.isConnected)) return;
    this.#row = row;
    row.element.append(this.#element);
    this.#follow();
  }

  #follow() {
    this.buttons[0].setAttribute("aria-pressed", String(this.#row?.sentence.checked ?? false));
  }
}
