/**
 * Offsets are UTF-16 units. Those of entities and words count from the start of their sentence, so
 * that an edit moves nothing else. Sentences are values: an edit puts a new one in the old one's place.
 * @typedef {"model"|"human"} Source who says so
 * @typedef {{id: number, start: number, end: number, type: string, score: number|null, source: Source}} Entity
 * @typedef {{id: number, head: number, tail: number, type: string, score: number|null, source: Source}} Relation
 *   `head` and `tail` are ids of entities of the same sentence
 * @typedef {{entities: Entity[], relations: Relation[]}} Findings
 * @typedef {Findings & {before: string, text: string, words: [number, number][]|null, found: Findings|null, checked: boolean, origin?: {article: string, index: number}}} Sentence
 *   `before` is the text between the sentence before and this one; `found` is what the model said;
 *   `checked`: a person has read it; `origin`: its place in the file that it came from
 * @typedef {{at: number, before: Sentence[], after: Sentence[]}} Splice
 */

// Each step holds the few sentences that it changed.
const STEPS = 500;

let ids = 0;

/** A number that no other entity or relation has, whatever its document. */
export const freshId = () => ++ids;

/** Makes sure that no number up to this one is given (again). @param {number} highest */
export const reserveIds = (highest) => void (ids = Math.max(ids, highest));

/**
 * A text with what was found in it. Event "splice" (detail: a Splice): sentences came, went or
 * changed; "rest": the text behind the last sentence changed.
 */
export class Document extends EventTarget {
  /** @type {Sentence[]} */ sentences = [];
  #rest;
  #places = new Map();
  #done = [];
  #undone = [];

  /** @param {string} rest text that belongs to no sentence (yet) */
  constructor(rest) {
    super();
    this.#rest = rest;
  }

  /** The text behind the last sentence. */
  get rest() {
    return this.#rest;
  }

  get text() {
    return this.sentences.map(({ before, text }) => before + text).join("") + this.#rest;
  }

  /**
   * Adds sentences that the text behind the last one begins with. This is no step to undo.
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
   * Puts sentences in the place of others, as a step that can be undone.
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

  /** @returns {Splice|null} what was changed back */
  undo() {
    const splice = this.#done.pop();
    if (!splice) return null;
    this.#undone.push(splice);
    return this.#splice({ at: splice.at, before: splice.after, after: splice.before });
  }

  /** @returns {Splice|null} what was changed again */
  redo() {
    const splice = this.#undone.pop();
    if (!splice) return null;
    this.#done.push(splice);
    return this.#splice(splice);
  }

  /** @param {number} id of an entity or a relation @returns {number} index of its sentence; -1 where there is none */
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

  /** @param {number} id of an entity @returns {string} its words */
  surface(id) {
    const { start, end } = this.entity(id);
    return this.sentences[this.place(id)].text.slice(start, end);
  }

  /** Length of the text. */
  get length() {
    return this.sentences.reduce((sum, { before, text }) => sum + before.length + text.length, this.#rest.length);
  }

  /** Number of entities and of relations that pass. */
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
    // The numbers of the sentences behind stay right unless their count changes.
    const moved = before.length === after.length ? at + after.length : this.sentences.length - before.length + after.length;
    for (const { entities, relations } of before) for (const { id } of [...entities, ...relations]) this.#places.delete(id);
    // Spreading a hundred thousand sentences would overflow the stack.
    if (at === this.sentences.length) for (const sentence of after) this.sentences.push(sentence);
    else this.sentences.splice(at, before.length, ...after);
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
