/** @typedef {"entity"|"relation"} Kind */

/**
 * The reader's filter on the findings: hidden types, the threshold of each type, and the types that a relation may
 * join. Event: "change".
 */
export class Choice extends EventTarget {
  #hidden = { entity: new Set(), relation: new Set() };
  #least = { entity: new Map(), relation: new Map() };
  #banned = new Set();

  /** @param {Kind} kind @param {string} type */
  hides(kind, type) {
    return this.#hidden[kind].has(type);
  }

  /** @param {Kind} kind @param {string} type */
  toggle(kind, type) {
    if (!this.#hidden[kind].delete(type)) this.#hidden[kind].add(type);
    this.#tell();
  }

  /** @param {Kind} kind @param {string} type @returns {number} between 0 and 1 */
  least(kind, type) {
    return this.#least[kind].get(type) ?? 0;
  }

  /** @param {Kind} kind @param {Iterable<string>} types @param {number} score */
  demand(kind, types, score) {
    for (const type of types) {
      if (score > 0) this.#least[kind].set(type, score);
      else this.#least[kind].delete(type);
    }
    this.#tell();
  }

  /** Whether a relation may join two types of entities. @param {string} head @param {string} relation @param {string} tail */
  allows(head, relation, tail) {
    return !this.#banned.has(key(head, relation, tail));
  }

  /** @param {[string, string, string][]} combinations of head, relation and tail @param {boolean} allowed */
  allow(combinations, allowed) {
    for (const combination of combinations) {
      if (allowed) this.#banned.delete(key(...combination));
      else this.#banned.add(key(...combination));
    }
    this.#tell();
  }

  /** Number of forbidden combinations. */
  get banned() {
    return this.#banned.size;
  }

  /** Whether the filter hides nothing. */
  get idle() {
    const { entity, relation } = this.#hidden;
    return this.#banned.size + entity.size + relation.size + this.#least.entity.size + this.#least.relation.size === 0;
  }

  reset() {
    this.restore({});
  }

  /** The filter as plain data, for storage. */
  keep() {
    const { entity, relation } = this.#hidden;
    return {
      hidden: { entity: [...entity], relation: [...relation] },
      least: { entity: [...this.#least.entity], relation: [...this.#least.relation] },
      banned: [...this.#banned],
    };
  }

  /** @param {Partial<ReturnType<Choice["keep"]>>} kept */
  restore({ hidden, least, banned }) {
    this.#hidden = { entity: new Set(hidden?.entity), relation: new Set(hidden?.relation) };
    this.#least = { entity: new Map(least?.entity), relation: new Map(least?.relation) };
    this.#banned = new Set(banned);
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

const key = (...parts) => JSON.stringify(parts);
