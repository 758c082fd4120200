import { PartCache } from "./part-cache.js";

const PARTS = ["tokenizer.json", "weights.safetensors"];
const REPORT_EVERY = 80;

/**
 * A model as bytes.
 * @typedef {{manifest: Uint8Array, tokenizer: Uint8Array, weights: Uint8Array, keep: () => Promise<void>}} Bundle
 * @typedef {(progress: {done: number, total: number, fresh: number}) => void} OnBytes `fresh` counts what came over the network
 */

/**
 * Reads a model, from the cache where it can.
 * @param {string} model address of its folder
 * @param {AbortSignal} signal
 * @param {OnBytes} onBytes
 * @returns {Promise<Bundle>}
 */
export async function readBundle(model, signal, onBytes) {
  const manifest = await fetchManifest(model, signal);
  const parts = describe(manifest);
  const cache = await PartCache.open(model);
  const tally = new Tally(parts, onBytes);
  const read = await Promise.all(parts.map((part) => readPart(model, part, cache, signal, tally)));
  return {
    manifest,
    tokenizer: read[0].bytes,
    weights: read[1].bytes,
    async keep() {
      for (const [index, { bytes, kept }] of read.entries()) if (!kept) await cache.put(parts[index], bytes);
      await cache.prune(parts.map((part) => part.sha256));
    },
  };
}

async function readPart(model, part, cache, signal, tally) {
  const kept = await cache.get(part);
  if (kept) {
    tally.add(part.bytes, false);
    return { bytes: kept, kept: true };
  }
  return { bytes: await fetchPart(new URL(part.name, model), part, signal, tally), kept: false };
}

/** @param {string} model @param {AbortSignal} signal */
async function fetchManifest(model, signal) {
  const response = await fetchOwn(new URL("manifest.json", model), signal, "no-cache");
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {Uint8Array} manifest @returns {{name: string, bytes: number, sha256: string}[]} */
function describe(manifest) {
  let parsed;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(manifest));
  } catch {
    throw new Error("manifest.json: this is not JSON.");
  }
  return PARTS.map((name) => {
    const { bytes, sha256 } = parsed?.parts?.[name] ?? {};
    if (!Number.isSafeInteger(bytes) || bytes < 0 || !/^[0-9a-f]{64}$/i.test(sha256)) {
      throw new Error(`manifest.json: it does not give the size and SHA-256 of ${name}.`);
    }
    return { name, bytes, sha256 };
  });
}

/** The manifest's size is the truth: compression hides the length in the response's headers. */
async function fetchPart(url, part, signal, tally) {
  const response = await fetchOwn(url, signal, "no-store");
  const bytes = allocate(part);
  let filled = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > part.bytes) {
      await reader.cancel();
      throw new Error(`${part.name}: it is longer than the ${part.bytes} bytes its manifest states.`);
    }
    bytes.set(value, filled);
    filled += value.length;
    tally.add(value.length, true);
  }
  if (filled < part.bytes) {
    throw new Error(`${part.name}: it ended after ${filled} of the ${part.bytes} bytes its manifest states.`);
  }
  return bytes;
}

function allocate(part) {
  try {
    return new Uint8Array(part.bytes);
  } catch {
    throw new Error(`${part.name}: there is no memory for its ${part.bytes} bytes.`);
  }
}

/** @param {URL} url @param {AbortSignal} signal @param {RequestCache} cache */
async function fetchOwn(url, signal, cache) {
  const name = url.pathname.split("/").pop();
  let response;
  try {
    // In this mode the browser refuses other origins, also behind a redirect.
    response = await fetch(url, { signal, cache, mode: "same-origin", credentials: "same-origin" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error(`${name}: it could not be fetched. Is the connection there?`);
  }
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status} for ${url.pathname}.`);
  return response;
}

class Tally {
  #onBytes;
  #reported = 0;
  #state;

  constructor(parts, onBytes) {
    this.#onBytes = onBytes;
    this.#state = { done: 0, fresh: 0, total: parts.reduce((sum, part) => sum + part.bytes, 0) };
    onBytes({ ...this.#state });
  }

  add(bytes, fresh) {
    this.#state.done += bytes;
    if (fresh) this.#state.fresh += bytes;
    const now = performance.now();
    if (this.#state.done < this.#state.total && now - this.#reported < REPORT_EVERY) return;
    this.#reported = now;
    this.#onBytes({ ...this.#state });
  }
}
