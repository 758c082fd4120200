import { Extractor } from "../spanlight/index.js";

/**
 * @typedef {import("../../package/src/index.js").Info} Info
 * @typedef {import("../../package/src/index.js").Backends} Backends
 * @typedef {import("../../package/src/index.js").Outcome} Outcome
 */

/** @type {Backends} */
const NOTHING = { active: null, adapter: null, software: false, race: "off", speeds: {}, memory: null, last: null, note: null };

/**
 * The page's model, loaded on demand. It wraps the package's `Extractor`, which documents the methods. Events:
 * "progress" (detail: `LoadProgress`), "loaded" (detail: {info, loading}; also after a move to another backend),
 * "backends" (detail: `backends`), "fallback" (detail: why a failed backend is replaced), "stopped" (a worker that did
 * not react was terminated).
 */
export class Engine extends EventTarget {
  #settings;
  /** @type {Extractor|null} */ #extractor = null;

  /** @param {import("./settings.js").Settings} settings */
  constructor(settings) {
    super();
    this.#settings = settings;
  }

  /** @returns {Info|null} null while no model is loaded */
  get info() {
    return this.#extractor?.info ?? null;
  }

  /** @returns {Backends} */
  get backends() {
    return this.#extractor?.backends ?? NOTHING;
  }

  /**
   * @param {AbortSignal} [signal] aborts the load; a later call starts it again
   * @returns {Promise<Info|null>} null if the load was aborted
   */
  load(signal) {
    return this.#model().ready({ signal });
  }

  /**
   * @param {string} text
   * @param {{signal?: AbortSignal, onBatch?: (batch: object) => void, options?: import("../../package/src/index.js").ExtractOptions}} how
   *   each sentence is delivered once, even if a backend fails meanwhile
   * @returns {Promise<Outcome>}
   */
  extract(text, { signal, onBatch, options }) {
    return this.#model().read(text, { ...options, signal, onBatch });
  }

  /** @param {string} text @param {{start: number}} sentence @param {{signal?: AbortSignal}} [options] */
  explain(text, sentence, options) {
    return this.#model().explain(text, sentence, options);
  }

  /** @param {import("../../package/src/index.js").GoldFile} file */
  readGold(file) {
    return this.#model().readGold(file);
  }

  /**
   * @param {import("../../package/src/index.js").GoldSentence[]} gold
   * @param {{signal?: AbortSignal, onProgress?: (progress: {done: number, total: number}) => void}} [options]
   */
  evaluate(gold, options) {
    return this.#model().evaluate(gold, options);
  }

  /**
   * @param {import("../../package/src/index.js").GoldSentence[]} gold
   * @param {import("../../package/src/index.js").Prediction[]} predictions
   */
  score(gold, predictions) {
    return this.#model().score(gold, predictions);
  }

  async clearCache() {
    await this.#extractor?.clearCache();
  }

  #model() {
    if (!this.#extractor) {
      const { model, backend } = this.#settings;
      this.#extractor = new Extractor(model, { backend, onProgress: (progress) => this.#dispatch("progress", progress) });
      for (const name of ["loaded", "backends", "fallback", "stopped"]) {
        this.#extractor.addEventListener(name, (event) => this.#dispatch(name, /** @type {CustomEvent} */ (event).detail));
      }
    }
    return this.#extractor;
  }

  /** @param {string} name @param {any} detail */
  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
