import { readBundle } from "./bundle.js";
import { SpanlightError } from "./error.js";

/** @import { Parts } from "./bundle.js" */

const NAMES = /** @type {const} */ (["manifest", "tokenizer", "weights"]);

/** Reads the files of a model, again if they were released. */
export class Source {
  /** @type {string|null} */ #address = null;
  /** @type {Parts|null} */ #parts = null;
  /** @type {(() => Promise<void>)|null} */ #keep = null;

  /** @param {string|URL|Parts} source address of a model's folder, or its files */
  constructor(source) {
    if (typeof source === "string" || source instanceof URL) this.#address = folder(source);
    else if (NAMES.every((name) => source?.[name] instanceof Uint8Array)) this.#parts = source;
    else throw new SpanlightError("argument", "source: this is neither an address nor {manifest, tokenizer, weights} as Uint8Arrays.");
  }

  /**
   * @param {AbortSignal|undefined} signal
   * @param {(progress: import("./bundle.js").Bytes) => void} onBytes
   * @returns {Promise<Parts>}
   */
  async read(signal, onBytes) {
    if (this.#parts || this.#address === null) return /** @type {Parts} */ (this.#parts);
    const { parts, keep } = await readBundle(this.#address, signal, onBytes);
    this.#keep = keep;
    this.#parts = parts;
    return parts;
  }

  /** Writes the fetched files to the cache, once the model has loaded from them. */
  async keep() {
    const keep = this.#keep;
    this.#keep = null;
    await keep?.();
  }

  /** Releases the bytes if they can be read again. */
  release() {
    if (this.#address !== null) this.#parts = null;
  }
}

/** @param {string|URL} address */
function folder(address) {
  const base = globalThis.document?.baseURI ?? self.location.href;
  if (!URL.canParse(address, base)) throw new SpanlightError("argument", `source: “${address}” is not a valid address; give the URL of a model's folder.`);
  const url = new URL(address, base);
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
