// The worker owns the wasm module. It exchanges these messages with the page; each carries the id of a request.
// spanlight_web.d.ts declares their types.
//
// page → worker
//   {id, kind: "load", parts: {manifest, tokenizer, weights: Uint8Array}, module: WebAssembly.Module|null,
//    backend: "auto"|"webgpu"|"cpu", cache?: number}
//   {id, kind: "outline", text: string}
//   {id, kind: "extract", text: string, options: ExtractOptions}
//   {id, kind: "evaluate", gold: GoldSentence[]}
//   {id, kind: "score", gold: GoldSentence[], predictions: Prediction[]}
//   {id, kind: "readGold", file: GoldFile}
//   {id, kind: "forget"}                     empties the sentence cache
//   {id, kind: "cancel"}                     cancels the request of that id
// worker → page, any number of
//   {id, kind: "compiled", module: WebAssembly.Module}      for the other workers
//   {id, kind: "progress", stage: "engine"|"verify"|"device"|"weights"|"selftest", done: number, total: number}
//   {id, kind: "progress", done: number, total: number}     of an evaluation
//   {id, kind: "batch", sentences: Sentence[], read: number, total: number}
// and then one of
//   {id, kind: "loaded", info: Info, loading: number, memory: number|null}
//   {id, kind: "outlined", outline: Uint32Array}  start and end of every sentence, one after the other
//   {id, kind: "extracted", extraction: Extraction without its sentences, cancelled: boolean, memory: number|null}
//   {id, kind: "evaluated", evaluation: Evaluation}
//   {id, kind: "gold", gold: Gold}
//   {id, kind: "forgotten"}
//   {id, kind: "cancelled"}                  a request that was cancelled without a result
//   {id, kind: "failed", code: ErrorCode, message: string, cause?: string}
// or, without an id, when the wasm module can no longer be used
//   {kind: "crashed", message: string}

// A static import, since many bundlers cannot split a worker into several files.
import * as engine from "../spanlight_web.js";

const WORK = { load, outline, extract, evaluate, score, readGold, forget };

/** @type {Map<number, AbortController>} */
const running = new Map();
let wasm = null;
let memory = null;
let extractor = null;

self.addEventListener("message", ({ data }) => {
  if (data.kind === "cancel") running.get(data.id)?.abort();
  else if (Object.hasOwn(WORK, data.kind)) answer(data, WORK[data.kind]);
});

// A panic inside a task that wasm itself started rejects none of the promises awaited here.
self.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) crashed(reason);
});

/** @param {any} request @param {(request: any, signal: AbortSignal) => Promise<object>} work */
async function answer(request, work) {
  const { id } = request;
  const cancel = new AbortController();
  running.set(id, cancel);
  try {
    self.postMessage({ id, ...(await work(request, cancel.signal)) });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) crashed(error);
    else if (cancel.signal.aborted) self.postMessage({ id, kind: "cancelled" });
    else self.postMessage({ id, kind: "failed", ...failure(error) });
  } finally {
    running.delete(id);
  }
}

async function load({ id, parts, module, backend, cache }, signal) {
  const started = performance.now();
  const report = (progress) => {
    signal.throwIfAborted();
    self.postMessage({ id, kind: "progress", ...progress });
  };
  report({ stage: "engine", done: 0, total: 1 });
  await start(module, (compiled) => self.postMessage({ id, kind: "compiled", module: compiled }));
  const { manifest, tokenizer, weights } = parts;
  const options = cache === undefined ? { backend } : { backend, cache };
  const loaded = await wasm.Extractor.load(manifest, tokenizer, weights, options, report);
  extractor?.free();
  extractor = loaded;
  return { kind: "loaded", info: extractor.info(), loading: performance.now() - started, memory: inUse() };
}

async function outline({ text }) {
  return { kind: "outlined", outline: needed().outline(text) };
}

async function extract({ id, text, options }, signal) {
  const { sentences, ...extraction } = await needed().extract(text, options, (batch) => {
    self.postMessage({ id, kind: "batch", ...batch });
    return !signal.aborted;
  });
  return { kind: "extracted", extraction, cancelled: signal.aborted, memory: inUse() };
}

async function evaluate({ id, gold }, signal) {
  const evaluation = await needed().evaluate(gold, (progress) => {
    self.postMessage({ id, kind: "progress", ...progress });
    return !signal.aborted;
  });
  return evaluation ? { kind: "evaluated", evaluation } : { kind: "cancelled" };
}

async function score({ gold, predictions }) {
  return { kind: "evaluated", evaluation: needed().score(gold, predictions) };
}

async function readGold({ file }) {
  return { kind: "gold", gold: wasm.readGold(file) };
}

async function forget() {
  needed().forget();
  return { kind: "forgotten" };
}

function needed() {
  if (!extractor) throw new Failure("No model is loaded; send “load” first.");
  return extractor;
}

/** @param {WebAssembly.Module|null} module @param {(module: WebAssembly.Module) => void} onCompiled */
async function start(module, onCompiled) {
  if (wasm) return;
  try {
    const compiled = module ?? (await compile(new URL("../spanlight_web_bg.wasm", import.meta.url)));
    if (!module) onCompiled(compiled);
    memory = (await engine.default({ module_or_path: compiled }))?.memory ?? null;
    wasm = engine;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    throw new Failure("The engine (spanlight_web_bg.wasm) could not be started. Reload the page; if it fails again, the server may not send the file, or the browser lacks memory.", messageOf(error));
  }
}

/** @param {URL} url */
async function compile(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Streaming compilation requires the right content type.
  if (response.headers.get("content-type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Size of the WebAssembly memory, in bytes. */
const inUse = () => memory?.buffer.byteLength ?? null;

/** @param {unknown} reason */
const crashed = (reason) => self.postMessage({ kind: "crashed", message: messageOf(reason) });

/** What is told of an error. One without a code was not written for readers, and goes along as the cause. @param {any} error */
function failure(error) {
  if (typeof error?.code === "string") return { code: error.code, message: messageOf(error), cause: error.cause };
  return { code: "engine", message: "The engine made a mistake and could not finish. Try again; if it happens again, reload the page.", cause: messageOf(error) };
}

class Failure extends Error {
  code = "engine";

  /** @param {string} message @param {string} [cause] what the browser said */
  constructor(message, cause) {
    super(message, { cause });
  }
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
