import { Extractor } from "../spanlight/index.js";

/**
 * @typedef {import("../../package/build/src/index.js").Info} Info
 * @typedef {import("../../package/build/src/index.js").Outcome} Outcome
 */

const EVENTS = ["loaded", "backends", "fallback", "stopped"];

/**
 * The model in use. Events: "progress" (detail: `LoadProgress`), and those of the package's `Extractor`, as long as it is
 * the current one; "changed": another model is in use.
 */
export class Engine extends EventTarget {
  /** The extractor of the current model; its class documents the methods. It loads the model with the first request. @type {Extractor} */ extractor;

  /** Replaces the model, and frees the one before. @param {import("./settings.js").Settings} settings */
  use({ model, backend }) {
    this.extractor?.free();
    const extractor = new Extractor(model, { backend, onProgress: (progress) => tell("progress", progress) });
    const tell = (name, detail) => void (extractor === this.extractor && this.dispatchEvent(new CustomEvent(name, { detail })));
    for (const name of EVENTS) extractor.addEventListener(name, (event) => tell(name, /** @type {CustomEvent} */ (event).detail));
    this.extractor = extractor;
    this.dispatchEvent(new Event("changed"));
  }

  /** @returns {Info|null} null while no model is loaded */
  get info() {
    return this.extractor.info;
  }
}
