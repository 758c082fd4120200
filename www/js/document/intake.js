import { freshId } from "./document.js";

/**
 * Adds the model's findings to a document, batch by batch. Sentences outside the text and entities outside
 * their sentence are left out.
 */
export class Intake {
  #document;
  #offset = 0;
  #length;

  /** @param {import("./document.js").Document} document without sentences */
  constructor(document) {
    this.#document = document;
    this.#length = document.rest.length;
  }

  /**
   * @param {{start: number, end: number, words?: [number, number][], entities: object[], relations: object[]}[]} batch
   * @param {(sentence: import("./document.js").Sentence) => import("./document.js").Sentence} [amend] restores earlier corrections of a sentence
   */
  take(batch, amend = (sentence) => sentence) {
    const source = this.#document.rest;
    const from = this.#offset;
    const sentences = [];
    for (const raw of batch) {
      if (!within(raw, this.#offset, this.#length)) continue;
      sentences.push(amend(sentenceOf(raw, source.slice(this.#offset - from, raw.start - from), source.slice(raw.start - from, raw.end - from))));
      this.#offset = raw.end;
    }
    this.#document.append(sentences);
  }
}

/** @returns {import("./document.js").Sentence} */
export function sentenceOf(raw, before, text) {
  const ids = [];
  /** @type {import("./document.js").Entity[]} */ const entities = [];
  for (const [index, { start, end, type, score }] of raw.entities.entries()) {
    if (!within({ start, end }, raw.start, raw.end)) continue;
    ids[index] = freshId();
    entities.push({ id: ids[index], start: start - raw.start, end: end - raw.start, type, score, source: "model" });
  }
  /** @type {import("./document.js").Relation[]} */ const relations = raw.relations
    .filter(({ head, tail }) => ids[head] && ids[tail])
    .map(({ head, tail, type, score }) => ({ id: freshId(), head: ids[head], tail: ids[tail], type, score, source: "model" }));
  const words = raw.words?.map(([start, end]) => [start - raw.start, end - raw.start]) ?? null;
  return { before, text, words, entities, relations, found: { entities, relations }, checked: false };
}

const within = ({ start, end }, low, high) => Number.isInteger(start) && Number.isInteger(end) && low <= start && start < end && end <= high;
