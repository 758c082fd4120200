// Replaces the package's index.js in tests of the page: no worker, no wasm. It has exactly the methods of the real
// Extractor, which a test compares. Words written as Type:word are entities, and neighbours are related; evidence and
// scores have the shapes of the real ones.
import { entitiesOf, relationsOf } from "./invented.js";

const INFO = {
  model: "double",
  format: 1,
  entities: ["Task", "Method", "Metric", "Material", "OtherScientificTerm"],
  relations: ["USED-FOR", "CONJUNCTION"],
  symmetric: ["CONJUNCTION"],
  adapter: "double adapter",
  software: false,
  note: null,
  parameters: 1_234_567,
};

// The extractors that were not freed. The real ones have a worker each.
globalThis.liveExtractors = new Set();

export class SpanlightError extends Error {
  name = "SpanlightError";

  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Extractor extends EventTarget {
  #info = null;
  #source;
  #options;
  #known = new Set();
  #freed = false;

  static async load(source, { signal, ...options } = {}) {
    const extractor = new Extractor(source, options);
    await extractor.ready({ signal });
    return extractor;
  }

  constructor(source, options = {}) {
    super();
    this.#source = source;
    this.#options = options;
    liveExtractors.add(this);
  }

  get info() {
    return this.#info;
  }

  get backends() {
    return { race: "decided", speeds: { webgpu: { piecesPerSecond: 900 }, cpu: { piecesPerSecond: 300 } }, note: null };
  }

  async ready() {
    this.#demandLife();
    if (this.#info) return this.#info;
    const source = this.#source;
    const { backend, onProgress } = this.#options;
    onProgress?.({ stage: "download", done: 1, total: 1, fresh: 1 });
    if (typeof source !== "string" && new TextDecoder().decode(source.manifest).includes("broken")) throw new SpanlightError("bundle", "manifest.json: this is not JSON.");
    const model = typeof source !== "string" ? "dropped" : source.endsWith("/science/") ? "double" : source.split("/").at(-2);
    this.#info = { ...INFO, model, backend: backend === "cpu" ? "cpu" : "webgpu" };
    this.dispatchEvent(new CustomEvent("loaded", { detail: { info: this.#info, loading: 5 } }));
    this.dispatchEvent(new CustomEvent("backends", { detail: this.backends }));
    return this.#info;
  }

  async *extract(text, options) {
    const found = [];
    await this.read(text, { ...options, onBatch: ({ sentences }) => found.push(...sentences) });
    yield* found;
  }

  async read(text, { signal, onBatch }) {
    await this.ready();
    if (text.includes("REFUSE")) throw new SpanlightError("engine", "The double was asked to refuse.");
    // Rust receives a replacement character for a lone surrogate.
    const source = text.toWellFormed();
    const lines = [...source.matchAll(/[^\n]+\n*/g)];
    const counts = { computed: 0, reused: 0 };
    let read = 0;
    for (let at = 0; at < lines.length && !signal?.aborted; ) {
      const batch = [];
      for (; at < lines.length && batch.length < 25; at++) {
        const { index, 0: line } = lines[at];
        if (line.trim() === "") continue;
        batch.push(sentenceOf(line, index));
        counts[this.#known.has(line.trim()) ? "reused" : "computed"]++;
        this.#known.add(line.trim());
        read = index + line.length;
        if (line.includes("SLOW")) {
          at++;
          await pause(60);
          break;
        }
      }
      await pause(0);
      if (!signal?.aborted) this.#demandLife();
      onBatch({ sentences: batch, read, total: text.length });
    }
    globalThis.lastExtraction = { text, ...counts };
    const cancelled = signal?.aborted ?? false;
    return { read: cancelled ? read : text.length, total: text.length, cancelled, timing: { tokenize: 1, compute: 20, decode: 2 }, pieces: text.length, ...counts, shortened: 0, backend: this.#info.backend, memory: 50_000_000 };
  }

  async explain(text, { start }) {
    const line = /[^\n]+/.exec(text.slice(start))[0];
    const sentence = sentenceOf(line, start);
    for (const [index, entity] of sentence.entities.entries()) {
      // Only a calibrated model gives probabilities of borders.
      if (line.includes("WAVERS")) entity.borders = index === 0 ? 0.75 : 0.5;
      entity.alternatives = [{ type: entity.type, score: entity.score }, { type: null, score: 0.2 }, { type: "OtherScientificTerm", score: 0.05 }];
    }
    for (const relation of sentence.relations) {
      const { type, head, tail, score } = relation;
      relation.attention = { left: 0.05, head: 0.3, middle: 0.5, tail: 0.1, right: 0.05 };
      relation.alternatives = [{ type, head, tail, score }, { type: null, head, tail, score: 0.15 }, { type, head: tail, tail: head, score: 0.06 }];
    }
    // Rejected candidates: each entity with the one after the next.
    for (let i = 0; i + 2 < sentence.entities.length; i++) sentence.relations.push({ head: i, tail: i + 2, type: "USED-FOR", score: 0.2, rejected: true });
    return sentence;
  }

  async readGold({ name, text, parts }) {
    try {
      if (parts) return { format: "re3d", sentences: [{ document: name, index: 0, words: parts.map((part) => part.name), entities: [], relations: [] }], defects: [] };
      const sentences = text.trim().split("\n").map((line, index) => {
        const { tokens, entities, relations } = JSON.parse(line);
        return { document: "gold", index, words: tokens, entities: entities.map(({ start, end, type }) => ({ start, end, label: type })), relations: relations.map(({ head, tail, type }) => ({ head, tail, label: type })) };
      });
      return { format: "spert", sentences, defects: [] };
    } catch {
      throw new SpanlightError("data", `${name}, line 1: “tokens” is missing; name the words of the sentence`);
    }
  }

  async evaluate(gold, { onProgress }) {
    await this.ready();
    onProgress?.({ done: gold.length, total: gold.length });
    const predictions = gold.map(({ words }) => {
      const entities = words.flatMap((word, start) => (/^(Task|Method|Metric|Material):/.test(word) ? [{ start, end: start + 1, label: word.split(":")[0] }] : []));
      return { spans: entities.map(({ start, end }) => [start, end]), entities, relations: entities.slice(1).map((_, i) => ({ head: i, tail: i + 1, label: i % 2 ? "CONJUNCTION" : "USED-FOR" })) };
    });
    return this.score(gold, predictions);
  }

  async score(gold, predictions) {
    const errors = [];
    const entity = { gold: 0, pred: 0, tp: 0 };
    const relation = { gold: 0, pred: 0, tp: 0 };
    const compare = (what, wanted, found, counts, keyOf, faults) => {
      counts.gold += wanted.length;
      counts.pred += found.length;
      const [right, given] = [wanted.map(keyOf), found.map(keyOf)];
      right.forEach((key, index) => (given.includes(key) ? counts.tp++ : faults.push({ what, kind: "missed", gold: index, predicted: null })));
      given.forEach((key, index) => right.includes(key) || faults.push({ what, kind: "spurious", gold: null, predicted: index }));
    };
    gold.forEach((sentence, index) => {
      const faults = [];
      const span = ({ start, end, label }) => `${start} ${end} ${label}`;
      const link = (said) => ({ head, tail, label }) => `${span(said.entities[head])} ${span(said.entities[tail])} ${label}`;
      compare("entity", sentence.entities, predictions[index].entities, entity, span, faults);
      const [a, b] = [link(sentence), link(predictions[index])];
      compare("relation", sentence.relations.map((one) => ({ key: a(one) })), predictions[index].relations.map((one) => ({ key: b(one) })), relation, ({ key }) => key, faults);
      if (faults.length > 0) errors.push({ sentence: index, errors: faults });
    });
    const row = ({ gold, pred, tp }) => ({ gold, pred, tp, p: tp / pred || 0, r: tp / gold || 0, f1: (2 * tp) / (gold + pred) || 0 });
    const scores = { span: row(entity), entity: row(entity), relation: row(relation), strict: row(relation), by_type: { entity: { Task: row(entity) }, relation: { "USED-FOR": row(relation) }, strict: {} } };
    return { report: { full: scores, reference: scores, symmetric: scores }, errors, predictions };
  }

  async clearCache() {
    this.#known.clear();
  }

  free() {
    this.#freed = true;
    liveExtractors.delete(this);
  }

  #demandLife() {
    if (this.#freed) throw new SpanlightError("freed", "The extractor was freed.");
  }
}

function sentenceOf(line, offset) {
  const entities = entitiesOf(line, offset);
  const relations = relationsOf(entities);
  const blank = line.length - line.trimStart().length;
  return { start: offset + blank, end: offset + line.trimEnd().length, entities, relations };
}
