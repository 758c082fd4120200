// Replaces the wasm module in tests. Words written as Type:word are entities, and neighbours are related. Words such as
// PANIC in a sentence make the stub fail.
import { entitiesOf, relationsOf } from "./invented.js";

const TYPES = ["Task", "Method", "Metric", "Material", "OtherScientificTerm"];

export default async function init() {}

/** Reads lines with `tokens` and `entities`, and returns the names of the companion files. */
export function readGold({ name, text, format = "spert", parts = [] }) {
  const sentences = text.split("\n").filter(Boolean).map((line, index) => {
    if (!line.startsWith("{")) throw Object.assign(new Error(`${name}: line ${index + 1}: mend the JSON`), { code: "data" });
    const { tokens, entities } = JSON.parse(line);
    return { document: name, index, words: tokens, entities: entities.map(({ start, end, type }) => ({ start, end, label: type })), relations: [] };
  });
  return { format, sentences, defects: [], parts: parts.map((part) => part.name) };
}

export class Extractor {
  #known = new Set();

  static async load(manifest, tokenizer, weights, options, onProgress) {
    const { parts, stub = {} } = JSON.parse(new TextDecoder().decode(manifest));
    for (const [done, stage] of ["verify", "device", "weights", "selftest"].entries()) onProgress({ stage, done, total: 4 });
    for (const [name, bytes] of Object.entries({ "tokenizer.json": tokenizer, "weights.safetensors": weights })) {
      if ((await sha256(bytes)) !== parts[name].sha256) throw Object.assign(new Error(`${name}: its SHA-256 is not the manifest's`), { code: "bundle" });
    }
    const extractor = new Extractor();
    extractor.backend = options.backend === "cpu" ? "cpu" : "webgpu";
    // Milliseconds per sentence that the stub reports.
    extractor.pace = stub[extractor.backend] ?? 20;
    if (stub.broken?.includes(extractor.backend)) throw new WebAssembly.RuntimeError("unreachable executed");
    return extractor;
  }

  info() {
    const webgpu = this.backend === "webgpu";
    return {
      model: "stub",
      format: 1,
      entities: TYPES,
      relations: ["USED-FOR", "CONJUNCTION"],
      symmetric: ["CONJUNCTION"],
      backend: this.backend,
      adapter: webgpu ? "stub adapter" : null,
      software: false,
      note: null,
      parameters: 1_234_567,
    };
  }

  free() {}

  forget() {
    this.#known.clear();
  }

  outline(text) {
    return Uint32Array.from([...text.matchAll(/[^\n]+\n*/g)].flatMap(({ index, 0: line }) => [index, index + line.trimEnd().length]));
  }

  async extract(text, options, onBatch) {
    const sentences = [];
    const work = { computed: 0, reused: 0, pieces: 0, shortened: 0 };
    let read = options.from ?? 0;
    const all = [...text.matchAll(/[^\n]+\n*/g)].filter((_, i) => options.only?.includes(i) ?? true);
    for (const [i, { index: from, 0: line }] of all.entries()) {
      if (from < (options.from ?? 0)) continue;
      if (sentences.length >= (options.limit ?? Infinity)) break;
      await this.#read(line, options.reuse ?? true, work);
      const sentence = sentenceOf(line, from, options);
      read = all[i + 1]?.index ?? text.length;
      sentences.push(sentence);
      if (onBatch({ sentences: [sentence], read, total: text.length }) === false) break;
    }
    if (sentences.length === 0 && options.limit !== 0) read = text.length;
    const timing = { tokenize: 1, compute: this.pace * work.computed, decode: 2 };
    return { sentences, read, total: text.length, timing, ...work };
  }

  async evaluate(gold, onProgress) {
    for (const done of gold.keys()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (onProgress({ done: done + 1, total: gold.length }) === false) return null;
    }
    return this.score(gold, gold.map(({ words }) => ({ spans: words.map((_, i) => [i, i + 1]), entities: [], relations: [] })));
  }

  /** Counts entities only, and reports every gold entity as missed. */
  score(gold, predictions) {
    if (gold.length !== predictions.length) throw new Error("one prediction per sentence");
    const count = gold.reduce((sum, { entities }) => sum + entities.length, 0);
    const counts = { p: 0, r: 0, f1: 0, gold: count, pred: 0, tp: 0 };
    const scores = { span: counts, entity: counts, relation: counts, strict: counts, by_type: { entity: { Task: counts }, relation: {}, strict: {} } };
    const missed = ({ entities }) => entities.map((_, index) => ({ what: "entity", kind: "missed", gold: index, predicted: null }));
    const errors = gold.map((sentence, index) => ({ sentence: index, errors: missed(sentence) })).filter(({ errors }) => errors.length > 0);
    return { report: { full: scores, reference: scores, symmetric: scores }, errors, predictions };
  }

  async #read(line, reuse, work) {
    if (reuse && this.#known.has(line.trim())) {
      work.reused += 1;
      return;
    }
    await this.#misbehave(line);
    this.#known.add(line.trim());
    work.computed += 1;
    work.pieces += line.split(/\s+/).length;
  }

  async #misbehave(line) {
    const webgpu = this.backend === "webgpu";
    if (line.includes("TRAP") || (line.includes("PANIC") && webgpu)) {
      setTimeout(() => {
        throw new WebAssembly.RuntimeError("unreachable executed");
      });
      await new Promise(() => {});
    }
    if (line.includes("LOST") && webgpu) throw Object.assign(new Error("WebGPU failed: the device is lost"), { code: "device" });
    // A test starts the worker that fails under this name.
    if (line.includes("FADES") && self.name === "fading") throw Object.assign(new Error("WebGPU failed: the device is lost"), { code: "device" });
    if (line.includes("FAIL")) throw Object.assign(new Error("the stub was asked to fail"), { code: "engine" });
    if (line.includes("ODD")) null.odd();
    if (line.includes("SLOW")) await new Promise((resolve) => setTimeout(resolve, 300));
    if (line.includes("HANG")) for (const end = Date.now() + 60_000; Date.now() < end; );
  }
}

function sentenceOf(line, offset, { evidence = false, candidates, threshold = 0 }) {
  const entities = entitiesOf(line, offset, threshold);
  const relations = relationsOf(entities);
  // "Maybe:word" is a rejected candidate.
  if (candidates !== undefined && candidates <= 0.3) {
    for (const { index, 0: text } of line.matchAll(/\bMaybe:\w+/g)) {
      entities.push({ start: offset + index, end: offset + index + text.length, type: "Method", text, score: 0.3, rejected: true });
    }
  }
  if (evidence) {
    for (const entity of entities) entity.alternatives = alternatives(entity, {});
    for (const relation of relations) {
      const { head, tail } = relation;
      relation.attention = { left: 0.1, head: 0.3, middle: 0.35, tail: 0.2, right: 0.05 };
      relation.alternatives = alternatives(relation, { head, tail });
    }
  }
  return { start: offset, end: offset + line.trimEnd().length, entities, relations };
}

/** The label and "no label", the more probable one first. */
function alternatives({ type, score, rejected }, place) {
  const both = [{ type, ...place, score }, { type: null, ...place, score: 1 - score }];
  return rejected ? both.reverse() : both;
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
