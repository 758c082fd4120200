/** @import { Pool } from "./pool.js" */

/**
 * The speed at which a backend read a sample.
 * @typedef {object} Speed
 * @property {number} pieces word-pieces that went through the model
 * @property {number} milliseconds time for these word-pieces
 * @property {number} piecesPerSecond word-pieces per second
 */

/** Length in UTF-16 units below which a text says too little about speed. */
export const MIN_LENGTH = 400;

// Number of sentences in the sample for each worker on the CPU: the size of the first block that the model reads.
const SAMPLE = 8;

/**
 * Measures how fast a backend reads the first sentences of a text, without the sentence cache.
 * @param {Pool} backend
 * @param {string} text
 * @param {number} workers number of workers on the CPU
 * @param {number} [deadline] ms after which the speed counts as 0
 * @returns {Promise<Speed|null>} null if the backend gives no timing
 */
export async function measure(backend, text, workers, deadline) {
  const options = { limit: SAMPLE * workers, reuse: false };
  const reading = backend.ask({ kind: "extract", text, options }).then((reply) => speedOf(reply.extraction));
  if (deadline === undefined) return reading;
  /** @type {any} */ let timer = 0;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve({ pieces: 0, milliseconds: deadline, piecesPerSecond: 0 }), deadline)));
  // After the deadline, an error of the reading has no handler.
  reading.catch(() => {});
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

/**
 * @param {{pieces: number, timing: {tokenize: number, compute: number, decode: number}|null}} extraction
 * @returns {Speed|null} null if nothing was computed
 */
export function speedOf({ pieces, timing }) {
  const milliseconds = timing ? timing.tokenize + timing.compute + timing.decode : 0;
  if (!(pieces > 0 && milliseconds > 0)) return null;
  return { pieces, milliseconds, piecesPerSecond: (1000 * pieces) / milliseconds };
}
