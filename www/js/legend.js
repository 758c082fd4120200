import { make } from "./dom.js";
import { count } from "./format.js";

/**
 * Shows the types with how often each was found; pressing one hides or shows it.
 * @param {HTMLElement} root
 * @param {import("./schema.js").Schema} schema
 * @param {import("./findings.js").Findings} findings
 * @param {import("./filter.js").Filter} filter
 */
export function showLegend(root, schema, findings, filter) {
  const pressed = document.activeElement?.closest?.("#legend button")?.dataset.type;
  root.replaceChildren(
    group("Entities", "entity", schema.entities, tally(findings.entities), filter),
    group("Relations", "relation", schema.relations, tally(findings.relations), filter),
  );
  if (pressed) root.querySelector(`[data-type="${CSS.escape(pressed)}"]`)?.focus();
}

function group(title, kind, types, counts, filter) {
  const items = [...types.values()].map((look) => {
    const found = counts.get(look.name) ?? 0;
    const swatch =
      kind === "entity"
        ? make("span", { className: `swatch entity ${look.underline}`, dataset: { hue: look.hue } })
        : make("span", { className: "swatch line" });
    const code = look.tag === look.words ? null : make("span", { className: "code" }, look.tag);
    const button = make(
      "button",
      { type: "button", className: "type", aria: { pressed: !filter.hides(kind, look.name) }, dataset: { type: look.name } },
      swatch,
      make("span", { className: "type-name" }, look.words),
      code,
      make("span", { className: "type-count" }, count(found)),
    );
    button.classList.toggle("none", found === 0);
    button.addEventListener("click", () => filter.toggle(kind, look.name));
    return make("li", {}, button);
  });
  return make("div", {}, make("h4", {}, title), make("ul", { aria: { label: `${title} by type` } }, ...items));
}

/** @param {{type: string}[]} items */
function tally(items) {
  const counts = new Map();
  for (const { type } of items) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
