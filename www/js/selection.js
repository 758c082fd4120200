import { make } from "./dom.js";
import { relationsOf } from "./focus.js";
import { score } from "./format.js";

/**
 * Tells about the entity or relation that is active.
 * @param {HTMLElement} root
 * @param {import("./focus.js").Target|null} target
 * @param {import("./schema.js").Schema} schema
 */
export function showSelection(root, target, schema) {
  if (!target) {
    root.replaceChildren(make("p", { className: "hint" }, "Point at an entity or a connector to see its details."));
    return;
  }
  const relations = relationsOf(target).map((relation) => statement(relation, target, schema));
  const list = make("ul", { className: "statements" }, ...relations);
  if (target.kind === "relation") root.replaceChildren(list);
  else root.replaceChildren(entity(target.item, schema), relations.length ? list : none());
}

function entity({ text, type, score: value }, schema) {
  const look = schema.entity(type);
  const chip = make("span", { className: `chip-type entity ${look.underline}`, dataset: { hue: look.hue } }, look.words);
  return make("div", {}, make("p", { className: "selected-text" }, quoted(text)), make("p", {}, chip, " ", scored(value)));
}

function statement({ head, tail, type, score: value }, target, schema) {
  const sign = schema.symmetric.has(type) ? "↔" : "→";
  const verb = make("span", { className: "verb" }, `${schema.relation(type).words} ${sign}`);
  const own = target.kind === "entity" ? target.item : null;
  return make("li", {}, end(head, own), " ", verb, " ", end(tail, own), " ", scored(value));
}

const end = (entity, own) => (entity === own ? make("strong", {}, quoted(entity.text)) : quoted(entity.text));

const quoted = (text) => make("bdi", {}, text.replace(/\s+/g, " "));

const scored = (value) => make("span", { className: "hint" }, `score ${score(value)}`);

const none = () => make("p", { className: "hint" }, "It takes part in no relation.");
