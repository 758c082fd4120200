const MAX_ANSWERS = 50;

/** Asks the engine for the evidence of sentences, and caches the last answers. */
export class Evidence {
  #engine;
  #known = new Map();

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** Whether a loaded engine can explain. */
  get ready() {
    return this.#engine.info !== null;
  }

  /**
   * @param {string} text of one sentence
   * @returns {Promise<object|null>} the engine's sentence with evidence; null if the engine finds no sentence
   */
  of(text) {
    if (!this.#known.has(text)) {
      const asked = this.#engine.extractor.explain(text, { start: 0 });
      asked.catch(() => this.#known.delete(text));
      this.#known.set(text, asked);
      if (this.#known.size > MAX_ANSWERS) this.#known.delete(this.#known.keys().next().value);
    }
    return this.#known.get(text);
  }

  /** Empties the cache, since another model gives other evidence. */
  forget() {
    this.#known.clear();
  }
}

/**
 * The evidence for a pair of entities, whatever type the engine predicts for them.
 * @param {object} raw the engine's sentence with evidence
 * @param {import("../document/document.js").Entity} head
 * @param {import("../document/document.js").Entity} tail
 */
export function evidenceOfPair(raw, head, tail) {
  const same = (index, { start, end }) => raw.entities[index]?.start === start && raw.entities[index]?.end === end;
  const joins = (one, from, to) => same(one.head, from) && same(one.tail, to);
  const found = raw.relations.find((one) => joins(one, head, tail)) ?? raw.relations.find((one) => joins(one, tail, head));
  if (!found) return null;
  const attention = found.attention && {
    ...found.attention,
    ...(joins(found, tail, head) && { head: found.attention.tail, tail: found.attention.head }),
  };
  const alternatives = found.alternatives?.map(({ type, score, ...ends }) => ({ type, score, turned: type !== null && joins(ends, tail, head) }));
  const borders = ({ start, end }) => raw.entities.find((one) => one.start === start && one.end === end)?.borders;
  return { attention, alternatives, borders: { head: borders(head), tail: borders(tail) } };
}

/**
 * The evidence for the span of an entity, whatever type the engine predicts for it.
 * @param {object} raw @param {import("../document/document.js").Entity} entity
 * @returns {{alternatives: {type: string|null, score: number}[], borders: number|undefined}|null}
 */
export function evidenceOfEntity(raw, { start, end }) {
  const found = raw.entities.find((one) => one.start === start && one.end === end);
  return found?.alternatives ? { alternatives: found.alternatives, borders: found.borders } : null;
}

/**
 * The five segments of a sentence in textual order, with their attention weights.
 * @param {Record<"left"|"head"|"middle"|"tail"|"right", number>} attention
 * @param {{start: number, end: number}} head @param {{start: number, end: number}} tail
 * @param {number} length of the sentence
 * @returns {{part: "left"|"head"|"middle"|"tail"|"right", start: number, end: number, share: number}[]}
 */
export function partsOf(attention, head, tail, length) {
  /** @type {("head"|"tail")[]} */ const [first, second] = head.start <= tail.start ? ["head", "tail"] : ["tail", "head"];
  const [a, b] = first === "head" ? [head, tail] : [tail, head];
  /** @type {["left"|"head"|"middle"|"tail"|"right", number, number][]} */ const borders = [["left", 0, a.start], [first, a.start, a.end], ["middle", a.end, b.start], [second, b.start, b.end], ["right", b.end, length]];
  return borders.map(([part, start, end]) => ({ part, start, end, share: attention[part] }));
}
