import { SpanlightError } from "./error.js";
import { PartCache } from "./part-cache.js";

const PARTS = ["tokenizer.json", "weights.safetensors"];
// Milliseconds between two reports of progress.
const REPORT_EVERY = 80;

/**
 * Bytes in a buffer that no other thread shares.
 * @typedef {Uint8Array<ArrayBuffer>} ByteArray
 */

/**
 * The files of a model.
 * @typedef {object} Parts
 * @property {ByteArray} manifest manifest.json
 * @property {ByteArray} tokenizer tokenizer.json
 * @property {ByteArray} weights weights.safetensors
 */

/**
 * The files of a model; `keep` writes the fetched ones to the cache once the model has loaded.
 * @typedef {{parts: Parts, keep: () => Promise<void>}} Bundle
 * @typedef {{name: string, bytes: number, sha256: string}} Part
 * @typedef {{done: number, total: number, fresh: number}} Bytes `fresh` counts the bytes that came over the network
 */

/**
 * Reads a model: from the cache if it holds the files, else from the network.
 * @param {string} model address of the model's folder
 * @param {AbortSignal|undefined} signal
 * @param {(progress: Bytes) => void} onBytes
 * @returns {Promise<Bundle>}
 */
export async function readBundle(model, signal, onBytes) {
  const manifest = await fetchManifest(model, signal);
  const parts = describe(manifest);
  const cache = await PartCache.open(model);
  const tally = new Tally(parts, onBytes);
  const read = await Promise.all(parts.map((part) => readPart(model, part, cache, signal, tally)));
  return {
    parts: { manifest, tokenizer: read[0].bytes, weights: read[1].bytes },
    async keep() {
      for (const [index, { bytes, kept }] of read.entries()) if (!kept) await cache.put(parts[index], bytes);
      await cache.prune(parts.map((part) => part.sha256));
    },
  };
}

/** @param {string} model @param {Part} part @param {PartCache} cache @param {AbortSignal|undefined} signal @param {Tally} tally */
async function readPart(model, part, cache, signal, tally) {
  const kept = await cache.get(part);
  if (kept) {
    tally.add(part.bytes, false);
    return { bytes: kept, kept: true };
  }
  return { bytes: await fetchPart(new URL(part.name, model), part, signal, tally), kept: false };
}

/** @param {string} model @param {AbortSignal} [signal] */
async function fetchManifest(model, signal) {
  const response = await fetchPlain(new URL("manifest.json", model), signal, "no-cache");
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {Uint8Array} manifest @returns {Part[]} */
function describe(manifest) {
  let parsed;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(manifest));
  } catch {
    throw new SpanlightError("bundle", "manifest.json: this is not JSON. Export the model again, or correct its address.");
  }
  return PARTS.map((name) => {
    const { bytes, sha256 } = parsed?.parts?.[name] ?? {};
    if (!Number.isSafeInteger(bytes) || bytes < 0 || !/^[0-9a-f]{64}$/i.test(sha256)) {
      throw new SpanlightError("bundle", `manifest.json: the size or the SHA-256 of ${name} is missing. Export the model again.`);
    }
    return { name, bytes, sha256 };
  });
}

/**
 * Takes the size from the manifest: if the server compresses, `content-length` counts the compressed bytes.
 * @param {URL} url @param {Part} part @param {AbortSignal|undefined} signal @param {Tally} tally
 */
async function fetchPart(url, part, signal, tally) {
  const response = await fetchPlain(url, signal, "no-store");
  const bytes = allocate(part);
  let filled = 0;
  const body = response.body ?? new Blob().stream();
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read().catch((error) => {
      if (signal?.aborted) throw error;
      throw new SpanlightError("network", `${part.name}: the connection broke after ${filled} of its ${part.bytes} bytes. Try again.`);
    });
    if (done) break;
    if (filled + value.length > part.bytes) {
      await reader.cancel();
      throw new SpanlightError("bundle", `${part.name}: the file is longer than the ${part.bytes} bytes that manifest.json states. Export or upload the model again.`);
    }
    bytes.set(value, filled);
    filled += value.length;
    tally.add(value.length, true);
  }
  if (filled < part.bytes) {
    throw new SpanlightError("bundle", `${part.name}: the file ended after ${filled} of the ${part.bytes} bytes that manifest.json states. Export or upload the model again.`);
  }
  return bytes;
}

/** @param {Part} part */
function allocate(part) {
  try {
    return new Uint8Array(part.bytes);
  } catch {
    throw new SpanlightError("bundle", `${part.name}: there is not enough memory for its ${part.bytes} bytes. Close other tabs and try again.`);
  }
}

/** @param {URL} url @param {AbortSignal|undefined} signal @param {RequestCache} cache */
async function fetchPlain(url, signal, cache) {
  const name = url.pathname.split("/").pop();
  // A model on the page's own origin must come from there: this mode refuses redirects to other origins.
  const mode = url.origin === self.location.origin ? "same-origin" : "cors";
  let response;
  try {
    response = await fetch(url, { signal, cache, mode, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new SpanlightError("network", `${name}: the file could not be fetched. Check the connection and try again.`);
  }
  if (!response.ok) throw new SpanlightError("network", `${name}: the server answered ${response.status} for ${url.pathname}.`);
  return response;
}

class Tally {
  #onBytes;
  #reported = 0;
  #state;

  /** @param {Part[]} parts @param {(progress: Bytes) => void} onBytes */
  constructor(parts, onBytes) {
    this.#onBytes = onBytes;
    this.#state = { done: 0, fresh: 0, total: parts.reduce((sum, part) => sum + part.bytes, 0) };
    onBytes({ ...this.#state });
  }

  /** @param {number} bytes @param {boolean} fresh */
  add(bytes, fresh) {
    this.#state.done += bytes;
    if (fresh) this.#state.fresh += bytes;
    const now = performance.now();
    if (this.#state.done < this.#state.total && now - this.#reported < REPORT_EVERY) return;
    this.#reported = now;
    this.#onBytes({ ...this.#state });
  }
}
