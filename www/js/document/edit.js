// Edits of one sentence. Each returns a new sentence, or the given one if nothing changes.

/** @typedef {import("./document.js").Sentence} Sentence */

const BY_HAND = { score: null, source: /** @type {const} */ ("human") };

/** @param {Sentence} sentence @param {{id: number, start: number, end: number, type: string}} entity */
export function addEntity(sentence, entity) {
  if (!inside(sentence, entity) || twin(sentence, entity)) return sentence;
  return { ...sentence, entities: inOrder([...sentence.entities, { ...entity, ...BY_HAND }]) };
}

/** @param {Sentence} sentence @param {number} id @param {{start?: number, end?: number, type?: string}} change */
export function changeEntity(sentence, id, change) {
  const old = sentence.entities.find((entity) => entity.id === id);
  const changed = { ...old, ...change, ...BY_HAND };
  const idle = !old || (old.start === changed.start && old.end === changed.end && old.type === changed.type);
  if (idle || !inside(sentence, changed) || twin(sentence, changed)) return sentence;
  return { ...sentence, entities: inOrder(sentence.entities.map((entity) => (entity === old ? changed : entity))) };
}

/** Removes an entity with its relations. @param {Sentence} sentence @param {number} id */
export function removeEntity(sentence, id) {
  if (!sentence.entities.some((entity) => entity.id === id)) return sentence;
  return {
    ...sentence,
    entities: sentence.entities.filter((entity) => entity.id !== id),
    relations: sentence.relations.filter(({ head, tail }) => head !== id && tail !== id),
  };
}

/** @param {Sentence} sentence @param {{id: number, head: number, tail: number, type: string}} relation */
export function addRelation(sentence, relation) {
  const known = (id) => sentence.entities.some((entity) => entity.id === id);
  if (relation.head === relation.tail || !known(relation.head) || !known(relation.tail)) return sentence;
  if (sentence.relations.some((other) => sameFact(other, relation))) return sentence;
  return { ...sentence, relations: [...sentence.relations, { ...relation, ...BY_HAND }] };
}

/** @param {Sentence} sentence @param {number} id @param {{head?: number, tail?: number, type?: string}} change */
export function changeRelation(sentence, id, change) {
  const old = sentence.relations.find((relation) => relation.id === id);
  const changed = { ...old, ...change, ...BY_HAND };
  if (!old || changed.head === changed.tail || sentence.relations.some((other) => sameFact(other, changed))) return sentence;
  return { ...sentence, relations: sentence.relations.map((relation) => (relation === old ? changed : relation)) };
}

/** @param {Sentence} sentence @param {number} id */
export function removeRelation(sentence, id) {
  const relations = sentence.relations.filter((relation) => relation.id !== id);
  return relations.length === sentence.relations.length ? sentence : { ...sentence, relations };
}

/** @param {Sentence} sentence @param {boolean} checked */
export const check = (sentence, checked) => (sentence.checked === checked ? sentence : { ...sentence, checked });

const inside = ({ text }, { start, end }) => 0 <= start && start < end && end <= text.length;

const twin = ({ entities }, { id, start, end, type }) =>
  entities.some((other) => other.id !== id && other.start === start && other.end === end && other.type === type);

const sameFact = (a, b) => a.head === b.head && a.tail === b.tail && a.type === b.type;

const inOrder = (entities) => entities.sort((a, b) => a.start - b.start || b.end - a.end || a.id - b.id);
