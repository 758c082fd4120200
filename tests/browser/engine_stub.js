// Stands in for the wasm module where a test is about the page: finds the words that are
// written as Type:word, relates neighbours, and misbehaves on request.
const WORD = /\b(Task|Method|Metric|Material):(\w+)/g;

export default async function init() {}

export class Extractor {
  static async load(manifest, tokenizer, weights, options, onProgress) {
    const { parts } = JSON.parse(new TextDecoder().decode(manifest));
    for (const [done, stage] of ["verify", "device", "weights", "selftest"].entries()) onProgress({ stage, done, total: 4 });
    for (const [name, bytes] of Object.entries({ "tokenizer.json": tokenizer, "weights.safetensors": weights })) {
      if ((await sha256(bytes)) !== parts[name].sha256) throw new Error(`${name}: its SHA-256 is not the manifest's`);
    }
    const extractor = new Extractor();
    extractor.backend = options.backend === "cpu" ? "cpu" : "webgpu";
    return extractor;
  }

  info() {
    const webgpu = this.backend === "webgpu";
    return {
      model: "stub",
      format: 1,
      entities: ["Task", "Method", "Metric", "Material", "OtherScientificTerm"],
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

  async extract(text, options, onBatch) {
    const sentences = [];
    let read = 0;
    for (const [line] of text.matchAll(/[^\n]+\n*/g)) {
      await this.#misbehave(line);
      const sentence = sentenceOf(line, read);
      read += line.length;
      sentences.push(sentence);
      if (onBatch({ sentences: [sentence], read, total: text.length }) === false) break;
    }
    return { sentences, read, total: text.length, timing: { tokenize: 1, compute: 20, decode: 2 } };
  }

  async #misbehave(line) {
    if (line.includes("PANIC") && this.backend === "webgpu") {
      setTimeout(() => {
        throw new WebAssembly.RuntimeError("unreachable executed");
      });
      await new Promise(() => {});
    }
    if (line.includes("FAIL")) throw new Error("the stub was asked to fail");
    if (line.includes("SLOW")) await new Promise((resolve) => setTimeout(resolve, 300));
    if (line.includes("HANG")) for (const end = Date.now() + 60_000; Date.now() < end; );
  }
}

function sentenceOf(line, offset) {
  const entities = [...line.matchAll(WORD)].map(({ index, 0: text, 1: type }) => ({
    start: offset + index,
    end: offset + index + text.length,
    type,
    text,
    score: 0.5 + ((index * 7) % 50) / 100,
  }));
  // "[Material: … ]" holds the entities inside it.
  for (const { index, 0: text } of line.matchAll(/\[Material:[^\]]*\]/g)) {
    entities.push({ start: offset + index, end: offset + index + text.length, type: "Material", text, score: 0.9 });
  }
  const relations = entities.slice(1).map((_, i) => ({ head: i, tail: i + 1, type: i % 2 ? "CONJUNCTION" : "USED-FOR", score: 0.75 }));
  return { start: offset, end: offset + line.trimEnd().length, entities, relations };
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
