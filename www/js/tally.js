import { count, plural } from "./format.js";

/**
 * Counts the annotations of each type, in all and visible.
 * @param {import("./document/document.js").Document} document
 * @param {import("./document/shown.js").Shown} shown
 */
export function tally(document, shown) {
  const counts = { entity: new Map(), relation: new Map() };
  const total = { entities: 0, relations: 0, shownEntities: 0, shownRelations: 0 };
  for (const sentence of document.sentences) {
    const visible = shown.of(sentence);
    total.entities += sentence.entities.length;
    total.relations += sentence.relations.length;
    total.shownEntities += visible.entities.length;
    total.shownRelations += visible.relations.length;
    const count = (kind, items, visible) => {
      for (const { type } of items) at(counts[kind], type).all++;
      for (const { type } of visible) at(counts[kind], type).shown++;
    };
    count("entity", sentence.entities, visible.entities);
    count("relation", sentence.relations, visible.relations);
  }
  return { counts, total };
}

function at(counts, type) {
  if (!counts.has(type)) counts.set(type, { all: 0, shown: 0 });
  return counts.get(type);
}

/** Counts each combination of types, keyed by the JSON of [head, relation, tail]. @param {import("./document/document.js").Document} document */
export function combinations(document) {
  const found = new Map();
  for (const { entities, relations } of document.sentences) {
    const types = new Map(entities.map(({ id, type }) => [id, type]));
    for (const { head, tail, type } of relations) {
      const key = JSON.stringify([types.get(head), type, types.get(tail)]);
      found.set(key, (found.get(key) ?? 0) + 1);
    }
  }
  return found;
}

/** The summary of the findings, as one sentence. */
export function summary({ entities, relations, shownEntities, shownRelations }, { sentences }) {
  const part = (some, all, one, many) => (some === all ? plural(all, one, many) : `${count(some)} of ${plural(all, one, many)}`);
  const what = `${part(shownEntities, entities, "entity", "entities")} and ${part(shownRelations, relations, "relation")}`;
  return `${what} in ${plural(sentences.length, "sentence")}`;
}
