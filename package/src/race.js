/** @import { Backend } from "./backend.js" */

/**
 * How fast a backend read something.
 * @typedef {object} Speed
 * @property {number} pieces word-pieces that went through the model
 * @property {number} milliseconds what they took
 * @property {number} piecesPerSecond the same as a rate
 */

/** Texts shorter than this say little about speed. */
export const LEAST = 400;

// As many sentences as the model reads first in any text.
const SAMPLE = 8;

/**
 * How fast a backend reads a text's first sentences, which it takes from no memory.
 * @param {Backend} backend
 * @param {string} text
 * @param {number} [deadline] ms, after which nothing was read
 * @returns {Promise<Speed|null>} null where the backend does not say
 */
export async function measure(backend, text, deadline) {
  const options = { limit: SAMPLE, reuse: false };
  const reading = backend.ask({ kind: "extract", text, options }).then((reply) => speedOf(reply.extraction));
  if (deadline === undefined) return reading;
  /** @type {any} */ let timer = 0;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve({ pieces: 0, milliseconds: deadline, piecesPerSecond: 0 }), deadline)));
  // What comes too late, an error too, concerns nobody.
  reading.catch(() => {});
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

/**
 * @param {{pieces: number, timing: {tokenize: number, compute: number, decode: number}|null}} extraction
 * @returns {Speed|null} null where nothing was computed
 */
export function speedOf({ pieces, timing }) {
  const milliseconds = timing ? timing.tokenize + timing.compute + timing.decode : 0;
  if (!(pieces > 0 && milliseconds > 0)) return null;
  return { pieces, milliseconds, piecesPerSecond: (1000 * pieces) / milliseconds };
}
