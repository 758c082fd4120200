/** @import { Timing } from "../spanlight_web.js" */

/**
 * The cost of reading a text, and the offset that the reading reached.
 * @typedef {object} Outcome
 * @property {number} read offset at which the reading ended: the length of the text, unless it was aborted or limited
 * @property {number} total length of the text
 * @property {boolean} cancelled whether the reading was aborted
 * @property {number} shortened number of words that were too long, of which only the beginning was read
 * @property {Timing|null} timing times in ms; null if no sentence was finished
 * @property {number} pieces word-pieces that went through the model
 * @property {number} computed sentences that went through the model
 * @property {number} reused sentences that came from the sentence cache
 * @property {"webgpu"|"cpu"|null} backend the backend that read last
 * @property {number|null} memory size of the WebAssembly memory of its workers in bytes
 */

/** Adds up the cost of a text over several runs, of which there is more than one if a backend fails or is replaced. */
export class Tally {
  #options;
  /** @type {Outcome} */ #outcome;

  /** @param {string} text @param {import("../spanlight_web.js").ExtractOptions} options */
  constructor(text, options) {
    this.#options = { ...options };
    this.#outcome = {
      read: options.from ?? 0,
      total: text.length,
      cancelled: false,
      shortened: 0,
      timing: null,
      pieces: 0,
      computed: 0,
      reused: 0,
      backend: null,
      memory: null,
    };
  }

  /** The options for the unread part of the text. */
  get rest() {
    return this.#options;
  }

  /** Whether the options cover the whole text. */
  get whole() {
    return !this.#options.from && this.#options.limit === undefined;
  }

  /** Counts the sentences that were delivered. @param {import("../spanlight_web.js").Batch} batch */
  add({ sentences, read }) {
    this.#outcome.read = read;
    // Until a sentence was read, `from` stays as given: inside a sentence it means the next one.
    if (sentences.length === 0) return;
    this.#options.from = read;
    if (this.#options.limit !== undefined) this.#options.limit -= sentences.length;
  }

  /**
   * Adds the cost of one run.
   * @param {Omit<import("../spanlight_web.js").Extraction, "sentences">} extraction
   * @param {import("./pool.js").Pool} backend
   */
  close({ read, total, shortened = 0, timing, pieces = 0, computed = 0, reused = 0 }, backend) {
    const outcome = this.#outcome;
    Object.assign(outcome, { read, total, backend: backend.info.backend, memory: backend.memory });
    outcome.shortened += shortened;
    outcome.pieces += pieces;
    outcome.computed += computed;
    outcome.reused += reused;
    if (!timing) return;
    const { tokenize, compute, decode } = outcome.timing ?? { tokenize: 0, compute: 0, decode: 0 };
    outcome.timing = { tokenize: tokenize + timing.tokenize, compute: compute + timing.compute, decode: decode + timing.decode };
  }

  /** @param {boolean} cancelled @returns {Outcome} */
  outcome(cancelled) {
    return { ...this.#outcome, cancelled };
  }
}
