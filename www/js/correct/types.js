import { make } from "../dom.js";

/**
 * Asks for the name of a new entity or relation type, which the reader can then assign.
 * @param {import("../document/workspace.js").Workspace} space
 * @param {(message: string) => void} announce
 */
export function askType(space, announce) {
  const name = make("input", { type: "text", id: "type-name", required: true, maxLength: 60, autocomplete: "off", spellcheck: false });
  const kinds = ["entity", "relation"].map((kind, index) => {
    const radio = make("input", { type: "radio", name: "type-kind", value: kind, checked: index === 0 });
    return make("label", { className: "radio" }, radio, kind === "entity" ? "Entity" : "Relation");
  });
  const cancel = make("button", { type: "button", className: "quiet", onclick: () => dialog.close() }, "Cancel");
  const form = make(
    "form",
    { method: "dialog" },
    make("h2", { id: "type-title" }, "New type"),
    make("fieldset", { className: "radios" }, make("legend", { className: "visually-hidden" }, "What it is for"), ...kinds),
    make("p", { className: "field" }, make("label", { htmlFor: name.id }, "Name"), " ", name),
    make("div", { className: "dialog-foot" }, cancel, make("span", { className: "spacer" }), make("button", { type: "submit", className: "primary" }, "Add")),
  );
  const dialog = make("dialog", { attributes: { "aria-labelledby": "type-title" } }, form);
  form.addEventListener("submit", () => {
    const type = name.value.trim();
    if (type === "") return;
    const kind = /** @type {HTMLInputElement} */ (form.querySelector("input:checked")).value;
    space.addType(/** @type {"entity"|"relation"} */ (kind), type);
    announce(`Added the type ${type}`);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
}
