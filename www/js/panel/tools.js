import { make } from "../dom.js";

/**
 * The tools for correcting the selected entity.
 * @param {import("../correct/editor.js").Editor} editor
 * @param {import("../document/focus.js").Target} target
 * @param {import("../document/document.js").Sentence} sentence
 * @param {import("../document/schema.js").Schema} schema
 */
export function entityTools(editor, target, { entities }, schema) {
  const { type } = entities.find(({ id }) => id === target.id);
  const border = (edge, step, label) => button(`${edge}${step}`, step < 0 ? "◂" : "▸", () => editor.move(target.id, edge, step), label);
  return [
    typeChoice("Type", "entity", schema.entities, type, (name) => editor.retype(target, name)),
    make(
      "div",
      { className: "borders", attributes: { role: "group", "aria-label": "Borders" } },
      make("span", { className: "hint" }, "Start"), border("start", -1, "Start a word earlier"), border("start", 1, "Start a word later"),
      make("span", { className: "hint" }, "End"), border("end", -1, "End a word earlier"), border("end", 1, "End a word later"),
    ),
    row(
      button("relate", "Relate to …", () => editor.relate(target.id)),
      button("remove", "Remove", () => editor.remove(target)),
    ),
  ];
}

/** The tools for correcting the selected relation. */
export function relationTools(editor, target, { relations }, schema) {
  const { type } = relations.find(({ id }) => id === target.id);
  return [
    typeChoice("Relation", "relation", schema.relations, type, (name) => editor.retype(target, name)),
    row(
      schema.symmetric.has(type) ? null : button("swap", "Swap ends", () => editor.swap(target.id)),
      button("remove", "Remove", () => editor.remove(target)),
    ),
  ];
}

/** The steps of adding a relation: choose the tail, then the type. */
export function pendingTools(editor, document, schema) {
  const { head, tail } = editor.pending;
  const cancel = button("cancel", "Cancel", () => editor.cancel());
  const words = (id) => make("bdi", {}, make("strong", {}, document.surface(id)));
  if (tail === null) return [make("p", {}, words(head), " relates to … Choose the other entity in the text."), row(cancel)];
  const [from, to] = [document.place(head), document.place(tail)].sort((a, b) => a - b);
  if (from !== to) {
    const join = button("join", "Join the sentences", () => editor.join(from, to));
    return [make("p", {}, words(head), " and ", words(tail), " are in different sentences, and a relation stays within one."), row(join, cancel)];
  }
  const swap = button("swap", "Swap ends", () => editor.turnPending());
  return [
    make("p", {}, words(head), " … ", words(tail)),
    typeChoice("Relation", "relation", schema.relations, null, (name) => editor.settle(name)),
    row(swap, cancel),
  ];
}

function typeChoice(title, kind, looks, chosen, onChoose) {
  const chips = [...looks.values()].map((look, index) => {
    const key = index < 9 ? make("span", { className: "digit", ariaHidden: "true" }, String(index + 1)) : null;
    const chip = make(
      "button",
      { type: "button", className: kind === "entity" ? `chip-type entity ${look.underline}` : "chip-type", dataset: { key: `type-${index}`, ...(kind === "entity" && { hue: look.hue }) }, aria: { pressed: look.name === chosen } },
      key,
      look.words,
    );
    chip.addEventListener("click", () => onChoose(look.name));
    return chip;
  });
  return make("div", { className: "type-choice", attributes: { role: "group", "aria-label": title } }, ...chips);
}

function button(key, text, onclick, label) {
  return make("button", { type: "button", className: "quiet", dataset: { key }, onclick, ...(label && { ariaLabel: label, title: label }) }, text);
}

const row = (...children) => make("div", { className: "tool-row" }, ...children);
