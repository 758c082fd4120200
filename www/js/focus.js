/**
 * What the reader points at (hovered or focused) and what they chose to keep selected.
 * @typedef {{kind: "entity", item: import("./findings.js").Entity} | {kind: "relation", item: import("./findings.js").Relation}} Target
 */
export class Focus extends EventTarget {
  /** @type {Target|null} */ pointed = null;
  /** @type {Target|null} */ kept = null;

  /** @returns {Target|null} */
  get active() {
    return this.pointed ?? this.kept;
  }

  /** @param {Target|null} target */
  point(target) {
    if (same(this.pointed, target)) return;
    this.pointed = target;
    this.dispatchEvent(new Event("change"));
  }

  /** Selects the target, or lets it go when it is the selected one. @param {Target|null} target */
  keep(target) {
    this.kept = same(this.kept, target) ? null : target;
    this.dispatchEvent(new Event("change"));
  }

  clear() {
    if (!this.pointed && !this.kept) return;
    this.pointed = this.kept = null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {import("./findings.js").Entity} entity */
  holds(entity) {
    return this.kept?.kind === "entity" && this.kept.item === entity;
  }
}

/** The relations that a target brings out. @param {Target|null} target */
export function relationsOf(target) {
  if (!target) return [];
  return target.kind === "relation" ? [target.item] : target.item.relations;
}

/** @param {Target|null} a @param {Target|null} b */
export const same = (a, b) => a === b || (a !== null && b !== null && a.item === b.item);
