import { make } from "../dom.js";
import { score } from "../format.js";

/**
 * Lists the rejected candidate relations of an entity, which the reader can add.
 * @param {object|null} raw the engine's sentence with evidence
 * @param {import("../document/document.js").Sentence} sentence
 * @param {number} id of the entity
 * @param {import("../document/schema.js").Schema} schema
 * @param {((relation: {head: number, tail: number, type: string}) => void)|null} onAdd null while not correcting
 * @returns {Node[]}
 */
export function suggestions(raw, sentence, id, schema, onAdd) {
  const items = rejectedRelations(raw, sentence, id).map(({ head, tail, type, score: value }) => {
    const words = (end) => {
      const { start, end: to } = sentence.entities.find((one) => one.id === end);
      return make("bdi", {}, sentence.text.slice(start, to).replace(/\s+/g, " "));
    };
    const verb = `${schema.relation(type).words} ${schema.symmetric.has(type) ? "↔" : "→"}`;
    const add = onAdd && make("button", { type: "button", className: "link", onclick: () => onAdd({ head, tail, type }) }, "Add");
    return make("li", {}, words(head), " ", make("span", { className: "verb" }, verb), " ", words(tail), " ", make("span", { className: "hint" }, `score ${score(value)}`), " ", add);
  });
  return items.length === 0 ? [] : [make("h4", {}, "Rejected by the model"), make("ul", { className: "statements rejected" }, ...items)];
}

/** @returns {{head: number, tail: number, type: string, score: number}[]} the most probable first */
export function rejectedRelations(raw, { entities, relations }, id) {
  const known = (place) => entities.find(({ start, end }) => start === raw.entities[place]?.start && end === raw.entities[place]?.end)?.id;
  return (raw?.relations ?? [])
    .filter(({ rejected }) => rejected)
    .map(({ head, tail, type, score }) => ({ head: known(head), tail: known(tail), type, score }))
    .filter(({ head, tail }) => head && tail && (head === id || tail === id))
    .filter(({ head, tail }) => !relations.some((one) => (one.head === head && one.tail === tail) || (one.head === tail && one.tail === head)))
    .sort((a, b) => b.score - a.score);
}
