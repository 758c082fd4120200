// The worker owns the wasm module; the page talks to it in messages that carry a request's id.
//
// page → worker
//   {id, kind: "load", model: string, backend: "auto"|"webgpu"|"cpu"}
//   {id, kind: "extract", text: string, threshold?: number}
//   {id, kind: "cancel"}                     ends the load or the extraction of that id
// worker → page, any number of
//   {id, kind: "progress", stage: "download"|"engine"|"verify"|"device"|"weights"|"selftest",
//    done: number, total: number, fresh?: number}
//   {id, kind: "batch", sentences: Sentence[], read: number, total: number}
// and then one of
//   {id, kind: "loaded", info: Info, loading: number}
//   {id, kind: "extracted", extraction: {read, total, timing}, cancelled: boolean}
//   {id, kind: "cancelled"}                  a load that was ended
//   {id, kind: "failed", message: string}
// or, without an id, when the wasm module can no longer be used
//   {kind: "crashed", message: string}
import { readBundle } from "./js/bundle.js";

/** @type {Map<number, AbortController>} */
const running = new Map();
let extractor = null;

self.addEventListener("message", ({ data }) => {
  if (data.kind === "cancel") running.get(data.id)?.abort();
  else if (data.kind === "load") answer(data, load);
  else if (data.kind === "extract") answer(data, extract);
});

// A panic inside a task that wasm started itself rejects no promise of ours.
self.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) crashed(reason);
});

/** @param {{id: number}} request @param {(request: any, signal: AbortSignal) => Promise<object>} work */
async function answer(request, work) {
  const { id } = request;
  const cancel = new AbortController();
  running.set(id, cancel);
  try {
    self.postMessage({ id, ...(await work(request, cancel.signal)) });
  } catch (error) {
    if (cancel.signal.aborted) self.postMessage({ id, kind: "cancelled" });
    else if (error instanceof WebAssembly.RuntimeError) crashed(error);
    else self.postMessage({ id, kind: "failed", message: messageOf(error) });
  } finally {
    running.delete(id);
    cancel.abort();
  }
}

async function load({ id, model, backend }, signal) {
  const started = performance.now();
  extractor?.free();
  extractor = null;
  const report = (progress) => self.postMessage({ id, kind: "progress", ...progress });
  const [Extractor, bundle] = await Promise.all([
    engine(),
    readBundle(model, signal, (progress) => report({ stage: "download", ...progress })).then((bundle) => {
      report({ stage: "engine", done: 0, total: 1 });
      return bundle;
    }),
  ]);
  signal.throwIfAborted();
  const { manifest, tokenizer, weights } = bundle;
  const loaded = Extractor.load(manifest, tokenizer, weights, { backend }, report);
  [extractor] = await Promise.all([loaded, bundle.keep()]);
  return { kind: "loaded", info: extractor.info(), loading: performance.now() - started };
}

async function extract({ id, text, threshold }, signal) {
  if (!extractor) throw new Error("No model is loaded.");
  const options = threshold === undefined ? {} : { threshold };
  const { read, total, timing } = await extractor.extract(text, options, (batch) => {
    self.postMessage({ id, kind: "batch", ...batch });
    return !signal.aborted;
  });
  return { kind: "extracted", extraction: { read, total, timing }, cancelled: signal.aborted };
}

let starting = null;

function engine() {
  starting ??= start();
  starting.catch(() => (starting = null));
  return starting;
}

async function start() {
  try {
    const wasm = await import("./spanlight_web.js");
    await wasm.default({ module_or_path: new URL("spanlight_web_bg.wasm", import.meta.url) });
    return wasm.Extractor;
  } catch (error) {
    throw new Error(`The engine (spanlight_web_bg.wasm) could not be started: ${messageOf(error)}`);
  }
}

/** @param {unknown} reason */
const crashed = (reason) => self.postMessage({ kind: "crashed", message: messageOf(reason) });

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
