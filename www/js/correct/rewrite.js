import { make } from "../dom.js";

/**
 * Lets the reader edit the text of one sentence in place.
 * @param {import("../reading/row.js").Row} row
 * @returns {Promise<string|null>} the new text; null if it is unchanged or the edit was cancelled
 */
export function rewrite(row) {
  return new Promise((resolve) => {
    const box = make("textarea", { value: row.sentence.text, rows: 3, dir: "auto", spellcheck: false, ariaLabel: "The sentence's text" });
    const save = make("button", { type: "button", className: "primary" }, "Read it again");
    const cancel = make("button", { type: "button", className: "quiet" }, "Cancel");
    const form = make("div", { className: "rewriting" }, box, make("div", { className: "tool-row" }, save, cancel));
    const done = (text) => {
      form.remove();
      row.element.classList.remove("rewritten");
      resolve(text === null || text.trim() === "" || text === row.sentence.text ? null : text.trim());
    };
    save.addEventListener("click", () => done(box.value));
    cancel.addEventListener("click", () => done(null));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done(null);
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) done(box.value);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    row.element.classList.add("rewritten");
    row.element.append(form);
    box.focus();
  });
}
