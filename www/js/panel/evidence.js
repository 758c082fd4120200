const KEPT = 50;

/** Asks the engine what it looked at in a sentence, and remembers some of the answers. */
export class Evidence {
  #engine;
  #known = new Map();

  /** @param {import("../machine.js").Machine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** Whether there is an engine to ask. */
  get ready() {
    return this.#engine.can("explain") && this.#engine.info !== null;
  }

  /**
   * @param {string} text of one sentence
   * @returns {Promise<object|null>} the sentence as the engine sees it, with evidence; null where it sees none
   */
  of(text) {
    if (!this.#known.has(text)) {
      const asked = this.#engine.explain(text, { start: 0 });
      asked.catch(() => this.#known.delete(text));
      this.#known.set(text, asked);
      if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
    }
    return this.#known.get(text);
  }

  /** Another model has other reasons. */
  forget() {
    this.#known.clear();
  }
}

/**
 * What the engine says of a relation's pair, whatever it would call it.
 * @param {object} raw the sentence as the engine sees it
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
 * What the engine says of an entity's words, whatever it would call them.
 * @param {object} raw @param {import("../document/document.js").Entity} entity
 * @returns {{alternatives: {type: string|null, score: number}[], borders: number|undefined}|null}
 */
export function evidenceOfEntity(raw, { start, end }) {
  const found = raw.entities.find((one) => one.start === start && one.end === end);
  return found?.alternatives ? { alternatives: found.alternatives, borders: found.borders } : null;
}

/**
 * The five parts of a sentence in their order, with how much the model looked at each.
 * @param {Record<"left"|"head"|"middle"|"tail"|"right", number>} attention
 * @param {{start: number, end: number}} head @param {{start: number, end: number}} tail
 * @param {number} length of the sentence
 * @returns {{part: "left"|"head"|"middle"|"tail"|"right", start: number, end: number, share: number}[]}
 */
export function partsOf(attention, head, tail, length) {
  const [first, second] = head.start <= tail.start ? ["head", "tail"] : ["tail", "head"];
  const [a, b] = first === "head" ? [head, tail] : [tail, head];
  const borders = [["left", 0, a.start], [first, a.start, a.end], ["middle", a.end, b.start], [second, b.start, b.end], ["right", b.end, length]];
  return borders.map(([part, start, end]) => ({ part, start, end, share: attention[part] }));
}
