/**
 * @typedef {import("./document.js").Sentence} Sentence
 * @typedef {import("./document.js").Findings} Findings
 */

/**
 * The visible findings of a sentence. A relation is visible only with its head and tail; a person's relation ignores
 * thresholds and forbidden combinations. Of the two directions of a symmetric relation, one is visible.
 * @param {Sentence} sentence
 * @param {import("./choice.js").Choice} choice
 * @param {Set<string>} symmetric
 * @returns {Findings}
 */
export function shown(sentence, choice, symmetric) {
  const passes = (kind, { type, score, source }) =>
    !choice.hides(kind, type) && (source === "human" || score === null || score >= choice.least(kind, type));
  const entities = sentence.entities.filter((entity) => passes("entity", entity));
  const types = new Map(entities.map(({ id, type }) => [id, type]));
  const allowed = ({ type, head, tail, source }) => {
    const [from, to] = [types.get(head), types.get(tail)];
    return source === "human" || choice.allows(from, type, to) || (symmetric.has(type) && choice.allows(to, type, from));
  };
  const relations = sentence.relations.filter(
    (relation) => types.has(relation.head) && types.has(relation.tail) && passes("relation", relation) && allowed(relation),
  );
  return { entities, relations: once(relations, symmetric) };
}

/** @param {import("./document.js").Relation[]} relations @param {Set<string>} symmetric */
function once(relations, symmetric) {
  const best = new Map();
  for (const relation of relations) {
    if (!symmetric.has(relation.type)) continue;
    const pair = pairOf(relation);
    if (!best.has(pair) || rank(relation) > rank(best.get(pair))) best.set(pair, relation);
  }
  return relations.filter((relation) => !symmetric.has(relation.type) || best.get(pairOf(relation)) === relation);
}

const pairOf = ({ head, tail, type }) => `${Math.min(head, tail)} ${Math.max(head, tail)} ${type}`;

const rank = ({ source, score }) => (source === "human" ? 2 : (score ?? 1));

/** Caches the visible findings of each sentence until the filter or the schema changes. */
export class Shown {
  #known = new WeakMap();
  #choice;
  /** @type {Set<string>} */ symmetric = new Set();

  /** @param {import("./choice.js").Choice} choice */
  constructor(choice) {
    this.#choice = choice;
  }

  /** @param {Sentence} sentence @returns {Findings} */
  of(sentence) {
    if (!this.#known.has(sentence)) this.#known.set(sentence, shown(sentence, this.#choice, this.symmetric));
    return this.#known.get(sentence);
  }

  forget() {
    this.#known = new WeakMap();
  }
}
