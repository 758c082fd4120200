// Eight hues stay apart under the common colour-vision deficiencies; a further type
// repeats a hue with another underline.
const HUES = 8;
const STYLES = ["solid", "dashed", "dotted", "double"];
const LONG = 15;

/** The types a model can find, and how each of them looks and reads. */
export class Schema {
  /** @param {{entities: string[], relations: string[], symmetric: string[]}} info */
  constructor(info) {
    this.entities = new Map(info.entities.map((name, index) => [name, look(name, index)]));
    this.relations = new Map(info.relations.map((name, index) => [name, look(name, index)]));
    this.symmetric = new Set(info.symmetric);
  }

  /** @param {string} name */
  entity(name) {
    return this.#known(this.entities, name);
  }

  /** @param {string} name */
  relation(name) {
    return this.#known(this.relations, name);
  }

  #known(types, name) {
    if (!types.has(name)) types.set(name, look(name, types.size));
    return types.get(name);
  }
}

/** @param {string} name @param {number} index */
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

/** "OtherScientificTerm" and "USED-FOR" become words; "ORG" stays. @param {string} name */
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
