/**
 * Offsets are UTF-16 code units. Those of entities and words count from the start of their sentence, so that an edit
 * shifts no other sentence. Sentences are immutable: an edit replaces a sentence by a new one.
 * @typedef {"model"|"human"} Source the origin of an annotation
 * @typedef {{id: number, start: number, end: number, type: string, score: number|null, source: Source}} Entity
 * @typedef {{id: number, head: number, tail: number, type: string, score: number|null, source: Source}} Relation
 *   `head` and `tail` are ids of entities of the same sentence
 * @typedef {{entities: Entity[], relations: Relation[]}} Findings
 * @typedef {Findings & {before: string, text: string, words: [number, number][]|null, found: Findings|null, checked: boolean, origin?: {article: string, index: number}}} Sentence
 *   `before` is the text between the previous sentence and this one; `found` holds the model's findings before any
 *   correction, null if no model read the sentence; `checked`: a person has marked the sentence as checked; `origin`: its place in the imported file
 * @typedef {{at: number, before: Sentence[], after: Sentence[]}} Splice
 */

// Largest number of undo steps; each holds the few sentences that it changed.
const STEPS = 500;

let ids = 0;

/** An id that is unique among the entities and relations of all documents. */
export const freshId = () => ++ids;

/** Reserves all ids up to this one. @param {number} highest */
export const reserveIds = (highest) => void (ids = Math.max(ids, highest));

/**
 * A text with its findings. Events: "splice" (detail: a Splice; sentences were added, removed or changed), "rest" (the
 * text after the last sentence changed).
 */
export class Document extends EventTarget {
  /** @type {Sentence[]} */ sentences = [];
  #rest;
  #places = new Map();
  #done = [];
  #undone = [];

  /** @param {string} rest text that is not divided into sentences yet */
  constructor(rest) {
    super();
    this.#rest = rest;
  }

  /** The text after the last sentence. */
  get rest() {
    return this.#rest;
  }

  get text() {
    return this.sentences.map(({ before, text }) => before + text).join("") + this.#rest;
  }

  /**
   * Appends sentences, with which `rest` must begin. This is not an undo step.
   * @param {Sentence[]} sentences
   */
  append(sentences) {
    if (sentences.length === 0) return;
    const length = sentences.reduce((sum, { before, text }) => sum + before.length + text.length, 0);
    this.#rest = this.#rest.slice(length);
    this.#splice({ at: this.sentences.length, before: [], after: sentences });
    this.dispatchEvent(new Event("rest"));
  }

  /**
   * Replaces sentences, as one undo step.
   * @param {number} at @param {number} count @param {Sentence[]} after
   */
  replace(at, count, after) {
    const before = this.sentences.slice(at, at + count);
    if (same(before, after)) return;
    const splice = { at, before, after };
    this.#done = [...this.#done.slice(1 - STEPS), splice];
    this.#undone = [];
    this.#splice(splice);
  }

  get undoable() {
    return this.#done.length > 0;
  }

  get redoable() {
    return this.#undone.length > 0;
  }

  /** @returns {Splice|null} the splice that was applied; null if there is nothing to undo */
  undo() {
    const splice = this.#done.pop();
    if (!splice) return null;
    this.#undone.push(splice);
    return this.#splice({ at: splice.at, before: splice.after, after: splice.before });
  }

  /** @returns {Splice|null} the splice that was applied; null if there is nothing to redo */
  redo() {
    const splice = this.#undone.pop();
    if (!splice) return null;
    this.#done.push(splice);
    return this.#splice(splice);
  }

  /** @param {number} id of an entity or a relation @returns {number} index of its sentence; -1 if there is none */
  place(id) {
    return this.#places.get(id) ?? -1;
  }

  /** @param {number} id @returns {Entity|null} */
  entity(id) {
    return this.sentences[this.place(id)]?.entities.find((entity) => entity.id === id) ?? null;
  }

  /** @param {number} id @returns {Relation|null} */
  relation(id) {
    return this.sentences[this.place(id)]?.relations.find((relation) => relation.id === id) ?? null;
  }

  /** @param {number} id of an entity @returns {string} its text */
  surface(id) {
    const { start, end } = this.entity(id);
    return this.sentences[this.place(id)].text.slice(start, end);
  }

  /** Length of the text. */
  get length() {
    return this.sentences.reduce((sum, { before, text }) => sum + before.length + text.length, this.#rest.length);
  }

  /** Number of entities and relations that a filter passes. */
  count(shown = (sentence) => sentence) {
    let [entities, relations] = [0, 0];
    for (const sentence of this.sentences) {
      const { entities: some, relations: links } = shown(sentence);
      entities += some.length;
      relations += links.length;
    }
    return { entities, relations, sentences: this.sentences.length };
  }

  #splice(splice) {
    const { at, before, after } = splice;
    // The places of the following sentences change only if the number of sentences changes.
    const moved = before.length === after.length ? at + after.length : this.sentences.length - before.length + after.length;
    for (const { entities, relations } of before) for (const { id } of [...entities, ...relations]) this.#places.delete(id);
    // Passing a hundred thousand sentences to a call would overflow the stack.
    if (at === this.sentences.length) for (const sentence of after) this.sentences.push(sentence);
    else this.sentences = [...this.sentences.slice(0, at), ...after, ...this.sentences.slice(at + before.length)];
    for (let index = at; index < moved; index++) {
      const { entities, relations } = this.sentences[index];
      for (const { id } of [...entities, ...relations]) this.#places.set(id, index);
    }
    this.dispatchEvent(new CustomEvent("splice", { detail: splice }));
    return splice;
  }
}

/** @param {Sentence[]} a @param {Sentence[]} b */
const same = (a, b) => a.length === b.length && a.every((sentence, i) => sentence === b[i]);
