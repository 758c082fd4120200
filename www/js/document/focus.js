/**
 * What the reader points at (hovered or focused) and what they chose to keep selected.
 * @typedef {{kind: "entity"|"relation", id: number}} Target
 */
export class Focus extends EventTarget {
  /** @type {Target|null} */ pointed = null;
  /** @type {Target|null} */ kept = null;

  /** What the text brings out. @returns {Target|null} */
  get active() {
    return this.pointed ?? this.kept;
  }

  /** What is told about: the hand on its way to a button passes over other things. @returns {Target|null} */
  get subject() {
    return this.kept ?? this.pointed;
  }

  /** @param {Target|null} target */
  point(target) {
    if (same(this.pointed, target)) return;
    this.pointed = target;
    this.dispatchEvent(new Event("change"));
  }

  /** Selects the target, or lets it go when it is the selected one. @param {Target|null} target */
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

  /** Lets go of what is gone. @param {(target: Target) => boolean} there */
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
 * The relations that a target brings out.
 * @param {Target|null} target
 * @param {import("./document.js").Findings} findings what shows of its sentence
 * @returns {import("./document.js").Relation[]}
 */
export function relationsOf(target, { relations }) {
  if (!target) return [];
  return relations.filter(({ id, head, tail }) => (target.kind === "relation" ? id === target.id : head === target.id || tail === target.id));
}
