/** @import { Timing } from "../spanlight_web.js" */

/**
 * What reading a text cost, and how far it came.
 * @typedef {object} Outcome
 * @property {number} read where reading ended: the text's length, unless it was stopped or limited
 * @property {number} total length of the text
 * @property {boolean} cancelled whether it was aborted
 * @property {number} shortened words so long that only their beginning was read
 * @property {Timing|null} timing ms; null where nothing was finished
 * @property {number} pieces word-pieces that went through the model
 * @property {number} computed sentences that went through the model
 * @property {number} reused sentences that were in memory
 * @property {"webgpu"|"cpu"|null} backend which read last
 * @property {number|null} memory bytes of its memory
 */

/** A text that is read in one go or, where a backend fails or is replaced, in several. */
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

  /** The options for what is left to read. */
  get rest() {
    return this.#options;
  }

  /** Whether nothing is skipped. */
  get whole() {
    return !this.#options.from && this.#options.limit === undefined;
  }

  /** Takes note of sentences that were handed over. @param {import("../spanlight_web.js").Batch} batch */
  add({ sentences, read }) {
    this.#outcome.read = read;
    // The option is left alone until a sentence was read: an offset inside one means the next.
    if (sentences.length === 0) return;
    this.#options.from = read;
    if (this.#options.limit !== undefined) this.#options.limit -= sentences.length;
  }

  /**
   * Adds what a backend did.
   * @param {Omit<import("../spanlight_web.js").Extraction, "sentences">} extraction
   * @param {import("./backend.js").Backend} backend
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
