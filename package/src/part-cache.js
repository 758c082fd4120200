const NAME = "spanlight-parts-v1";
const OF_MODEL = "x-spanlight-model";

/** Verified files of models in the browser's cache, keyed by their SHA-256, so that a reload needs no second download. */
export class PartCache {
  #cache;
  #model;

  /** @param {Cache|null} cache @param {string} model */
  constructor(cache, model) {
    this.#cache = cache;
    this.#model = model;
  }

  /** Opens the cache. Without storage (an insecure origin, or forbidden) it keeps nothing. @param {string} model */
  static async open(model) {
    const cache = await globalThis.caches?.open(NAME).catch(() => null);
    await forgetOldVersions();
    return new PartCache(cache ?? null, model);
  }

  /**
   * @param {{bytes: number, sha256: string}} part
   * @returns {Promise<import("./bundle.js").ByteArray|null>} the part, if the cache holds an undamaged copy
   */
  async get(part) {
    if (!this.#cache) return null;
    const kept = await this.#cache.match(key(part.sha256)).catch(() => null);
    if (!kept) return null;
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (await sound(bytes, part)) return bytes;
    await this.#cache.delete(key(part.sha256));
    return null;
  }

  /** @param {{bytes: number, sha256: string}} part @param {import("./bundle.js").ByteArray} bytes */
  async put(part, bytes) {
    if (!this.#cache || !(await sound(bytes, part))) return;
    const headers = { "content-type": "application/octet-stream", [OF_MODEL]: this.#model };
    // If the disk is full, the next visit downloads the part again.
    await this.#cache.put(key(part.sha256), new Response(bytes, { headers })).catch(() => {});
  }

  /** Deletes the parts of earlier versions of this model. @param {string[]} current SHA-256 of the current parts */
  async prune(current) {
    if (!this.#cache) return;
    const wanted = new Set(current.map((sha256) => key(sha256)));
    for (const request of await this.#cache.keys()) {
      if (wanted.has(request.url)) continue;
      const kept = await this.#cache.match(request);
      if (kept?.headers.get(OF_MODEL) === this.#model) await this.#cache.delete(request);
    }
  }
}

async function forgetOldVersions() {
  const names = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  const old = names.filter((name) => name.startsWith("spanlight-parts-") && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {string} sha256 */
const key = (sha256) => new URL(`/spanlight-part/${sha256}`, self.location.origin).href;

/** @param {import("./bundle.js").ByteArray} bytes @param {{bytes: number, sha256: string}} part */
async function sound(bytes, part) {
  if (bytes.length !== part.bytes) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === part.sha256.toLowerCase();
}
