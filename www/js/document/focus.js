/**
 * The entity or relation that the reader points at (hovered or focused), and the one that is kept selected. Event:
 * "change".
 * @typedef {{kind: "entity"|"relation", id: number}} Target
 */
export class Focus extends EventTarget {
  /** @type {Target|null} */ pointed = null;
  /** @type {Target|null} */ kept = null;

  /** The target to highlight in the text. @returns {Target|null} */
  get active() {
    return this.pointed ?? this.kept;
  }

  /** The target that the panel describes: a kept one, since the pointer passes over others on its way to a button. @returns {Target|null} */
  get subject() {
    return this.kept ?? this.pointed;
  }

  /** @param {Target|null} target */
  point(target) {
    if (same(this.pointed, target)) return;
    this.pointed = target;
    this.dispatchEvent(new Event("change"));
  }

  /** Selects the target, or deselects it if it is the selected one. @param {Target|null} target */
  toggle(target) {
    this.keep(same(this.kept, target) ? null : target);
  }

  /** @param {Target|null} target */
  keep(target) {
    this.kept = target;
    this.dispatchEvent(new Event("change"));
  }

  clear() {
    if (!this.pointed && !this.kept) return;
    this.pointed = this.kept = null;
    this.dispatchEvent(new Event("change"));
  }

  /** Deselects targets that no longer exist. @param {(target: Target) => boolean} there */
  prune(there) {
    const gone = [this.pointed, this.kept].some((target) => target && !there(target));
    if (this.pointed && !there(this.pointed)) this.pointed = null;
    if (this.kept && !there(this.kept)) this.kept = null;
    if (gone) this.dispatchEvent(new Event("change"));
  }
}

/** @param {Target|null} a @param {Target|null} b */
export const same = (a, b) => a === b || (a !== null && b !== null && a.kind === b.kind && a.id === b.id);

/**
 * The relations to highlight with a target.
 * @param {Target|null} target
 * @param {import("./document.js").Findings} findings the visible findings of its sentence
 * @returns {import("./document.js").Relation[]}
 */
export function relationsOf(target, { relations }) {
  if (!target) return [];
  return relations.filter(({ id, head, tail }) => (target.kind === "relation" ? id === target.id : head === target.id || tail === target.id));
}
