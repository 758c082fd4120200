/** The types the reader chose to hide. Event: "change". */
export class Filter extends EventTarget {
  #entities = new Set();
  #relations = new Set();

  /** @param {import("./findings.js").Entity} entity */
  entity(entity) {
    return !this.#entities.has(entity.type);
  }

  /** A relation shows when it and both its ends do. @param {import("./findings.js").Relation} relation */
  relation({ type, head, tail }) {
    return !this.#relations.has(type) && this.entity(head) && this.entity(tail);
  }

  /** @param {"entity"|"relation"} kind @param {string} type */
  hides(kind, type) {
    return this.#hidden(kind).has(type);
  }

  /** @param {"entity"|"relation"} kind @param {string} type */
  toggle(kind, type) {
    const hidden = this.#hidden(kind);
    if (!hidden.delete(type)) hidden.add(type);
    this.dispatchEvent(new Event("change"));
  }

  #hidden(kind) {
    return kind === "entity" ? this.#entities : this.#relations;
  }
}
