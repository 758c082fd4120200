import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const KINDS = { ".html": "HTML", ".css": "CSS", ".js": "JavaScript", ".wasm": "WebAssembly" };

/** Counts the transferred bytes of files, without headers. */
export class Transfer {
  #dist;
  /** @type {Map<string, Promise<{sent: number, brotli: number}>>} */ #sizes = new Map();

  /** @param {string} dist the built page */
  constructor(dist) {
    this.#dist = dist;
  }

  /**
   * @param {string[]} paths one entry for each request
   * @returns {Promise<Record<string, {requests: number, sent: number, brotli: number}>>} requests and bytes by kind, and in total
   */
  async of(paths) {
    const kinds = {};
    const total = { requests: 0, sent: 0, brotli: 0 };
    const sizes = await Promise.all(paths.map((path) => this.#size(path)));
    for (const [index, path] of paths.entries()) {
      const { sent, brotli } = sizes[index];
      const kind = (kinds[kindOf(path)] ??= { requests: 0, sent: 0, brotli: 0 });
      for (const sum of [kind, total]) {
        sum.requests += 1;
        sum.sent += sent;
        sum.brotli += brotli;
      }
    }
    return { ...kinds, total };
  }

  #size(path) {
    if (!this.#sizes.has(path)) this.#sizes.set(path, this.#measure(join(this.#dist, path.endsWith("/") ? `${path}index.html` : path)));
    return this.#sizes.get(path);
  }

  async #measure(file) {
    // The answer to a request for a missing file is negligible.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    if (bytes.length === 0) return { sent: 0, brotli: 0 };
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return { sent: bytes.length, brotli: (await compress(bytes, { params })).length };
  }
}

/** @param {string} path */
function kindOf(path) {
  if (path.startsWith("/models/")) return "model";
  return path.endsWith("/") ? "HTML" : (KINDS[extname(path)] ?? "other");
}
