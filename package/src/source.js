import { readBundle } from "./bundle.js";
import { SpanlightError } from "./error.js";

/** @import { Parts } from "./bundle.js" */

const NAMES = /** @type {const} */ (["manifest", "tokenizer", "weights"]);

/** Where a model's bytes come from, as often as they are needed. */
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

  /** The bytes proved good: later visits need no download. */
  async keep() {
    const keep = this.#keep;
    this.#keep = null;
    await keep?.();
  }

  /** Lets go of bytes that can be read again. */
  release() {
    if (this.#address !== null) this.#parts = null;
  }
}

/** @param {string|URL} address */
function folder(address) {
  const base = globalThis.document?.baseURI ?? self.location.href;
  if (!URL.canParse(address, base)) throw new SpanlightError("argument", `source: “${address}” is no address.`);
  const url = new URL(address, base);
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
