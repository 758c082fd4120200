import { make } from "../dom.js";

/**
 * Lets the reader edit the text of one sentence in place. The form stays until the new text was saved or the reader cancels.
 * @param {import("../reading/row.js").Row} row
 * @param {(text: string) => Promise<boolean>} save returns whether the text was saved
 */
export function rewrite(row, save) {
  const box = make("textarea", { value: row.sentence.text, rows: 3, dir: "auto", spellcheck: false, ariaLabel: "The sentence's text" });
  const go = make("button", { type: "button", className: "primary" }, "Read it again");
  const cancel = make("button", { type: "button", className: "quiet" }, "Cancel");
  const form = make("div", { className: "rewriting" }, box, make("div", { className: "tool-row" }, go, cancel));
  const close = () => {
    form.remove();
    row.element.classList.remove("rewritten");
  };
  const finish = async () => {
    const text = box.value.trim();
    if (text === "" || text === row.sentence.text) return close();
    go.disabled = true;
    const saved = await save(text);
    go.disabled = false;
    if (saved) close();
  };
  go.addEventListener("click", finish);
  cancel.addEventListener("click", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  row.element.classList.add("rewritten");
  row.element.append(form);
  box.focus();
}
