// Eight hues can be told apart with the common colour-vision deficiencies; further types repeat a hue with another
// underline.
const HUES = 8;
const STYLES = ["solid", "dashed", "dotted", "double"];
const LONG = 15;

/** @typedef {{name: string, words: string, tag: string, hue: number, underline: string}} Look */

/** The entity and relation types, with the look and the readable name of each. */
export class Schema {
  /** @param {{entities: string[], relations: string[], symmetric: string[]}} types */
  constructor({ entities, relations, symmetric }) {
    this.entities = new Map(entities.map((name, index) => [name, look(name, index)]));
    this.relations = new Map(relations.map((name, index) => [name, look(name, index)]));
    this.symmetric = new Set(symmetric);
  }

  /** The look of an entity type, which is added if it is new. @param {string} name */
  entity(name) {
    return this.#known(this.entities, name);
  }

  /** @param {string} name */
  relation(name) {
    return this.#known(this.relations, name);
  }

  /** @param {"entity"|"relation"} kind @param {string} name */
  look(kind, name) {
    return kind === "entity" ? this.entity(name) : this.relation(name);
  }

  /** Adds the types that occur in sentences. @param {import("./document.js").Sentence[]} sentences */
  learn(sentences) {
    for (const { entities, relations } of sentences) {
      for (const { type } of entities) this.entity(type);
      for (const { type } of relations) this.relation(type);
    }
  }

  /** The number of types. */
  get size() {
    return this.entities.size + this.relations.size;
  }

  /** The types as plain data, for storage. */
  keep() {
    return { entities: [...this.entities.keys()], relations: [...this.relations.keys()], symmetric: [...this.symmetric] };
  }

  #known(types, name) {
    if (!types.has(name)) types.set(name, look(name, types.size));
    return types.get(name);
  }
}

/** @param {string} name @param {number} index @returns {Look} */
function look(name, index) {
  const words = readable(name);
  return {
    name,
    words,
    tag: words.length >= LONG && words.includes(" ") ? initials(words) : words,
    hue: index % HUES,
    underline: STYLES[Math.floor(index / HUES) % STYLES.length],
  };
}

/** Turns a type's name into words: "OtherScientificTerm" and "USED-FOR", but not "ORG". @param {string} name */
export function readable(name) {
  if (/^\p{Lu}{1,4}$/u.test(name)) return name;
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[\s_-]+/g, " ")
    .trim()
    .toLowerCase();
}

/** @param {string} words */
const initials = (words) => words.split(" ").map((word) => word[0]).join("");
