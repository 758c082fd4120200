/**
 * @typedef {{id: number, start: number, end: number, text: string, type: string, score: number, sentence: number, relations: Relation[]}} Entity
 * @typedef {{id: number, head: Entity, tail: Entity, type: string, score: number, sentence: number}} Relation
 * @typedef {{index: number, start: number, end: number, entities: Entity[], relations: Relation[]}} Sentence
 */

/** Everything found in one text so far. Offsets are UTF-16 units of the text. */
export class Findings {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.read = 0;
    /** @type {Sentence[]} */ this.sentences = [];
    /** @type {Entity[]} */ this.entities = [];
    /** @type {Relation[]} */ this.relations = [];
  }

  /**
   * Adds a batch; spans that do not lie in the text are left out.
   * @param {{start: number, end: number, entities: object[], relations: object[]}[]} batch
   * @returns {Sentence[]} the sentences as added
   */
  add(batch) {
    return batch.filter((raw) => this.#inside(raw)).map((raw) => this.#addSentence(raw));
  }

  #addSentence(raw) {
    const sentence = { index: this.sentences.length, start: raw.start, end: raw.end, entities: [], relations: [] };
    const byPlace = raw.entities.map((found) => this.#addEntity(found, sentence));
    for (const found of raw.relations) this.#addRelation(found, byPlace, sentence);
    this.sentences.push(sentence);
    return sentence;
  }

  #addEntity({ start, end, type, score }, sentence) {
    if (!this.#inside({ start, end }) || start < sentence.start || end > sentence.end) return null;
    const text = this.text.slice(start, end);
    const entity = { id: this.entities.length, start, end, text, type, score, sentence: sentence.index, relations: [] };
    this.entities.push(entity);
    sentence.entities.push(entity);
    return entity;
  }

  #addRelation({ head, tail, type, score }, byPlace, sentence) {
    const ends = { head: byPlace[head], tail: byPlace[tail] };
    if (!ends.head || !ends.tail) return;
    const relation = { id: this.relations.length, ...ends, type, score, sentence: sentence.index };
    this.relations.push(relation);
    sentence.relations.push(relation);
    ends.head.relations.push(relation);
    if (ends.tail !== ends.head) ends.tail.relations.push(relation);
  }

  #inside({ start, end }) {
    return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start && end <= this.text.length;
  }
}
