import { Conversation, Crash } from "./conversation.js";

/**
 * @typedef {{model: string, format: number, entities: string[], relations: string[], symmetric: string[], backend: "webgpu"|"cpu", adapter: string|null, software: boolean, note: string|null, parameters: number}} Info
 * @typedef {{tokenize: number, compute: number, decode: number}} Timing
 * @typedef {{read: number, total: number, timing: Timing|null, cancelled: boolean}} Outcome
 */

/**
 * The model behind the page. Loads on demand, and moves to the processor once if the
 * module crashes. Events: "progress" (detail: a progress message), "loaded"
 * (detail: {info, loading}), "fallback" (detail: why), "stopped" (a busy worker was ended).
 */
export class Engine extends EventTarget {
  #settings;
  #conversation = null;
  #loading = null;
  #fellBack = false;
  /** @type {Info|null} */ info = null;

  /** @param {import("./settings.js").Settings} settings */
  constructor(settings) {
    super();
    this.#settings = { ...settings };
  }

  /**
   * @param {AbortSignal} [signal] ends the load; a later call starts it again
   * @returns {Promise<Info|null>} null when it was ended
   */
  load(signal) {
    this.#loading ??= this.#load(signal).then(
      (info) => {
        if (!info) this.#loading = null;
        return info;
      },
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /**
   * @param {string} text
   * @param {{signal: AbortSignal, onBatch: (batch: object) => void, onRestart: () => void}} options
   *   `onRestart` says that the batches so far are void, because the text is read anew
   * @returns {Promise<Outcome>}
   */
  async extract(text, { signal, onBatch, onRestart }) {
    for (;;) {
      if (!(await this.load(signal)) || signal.aborted) return stopped(text);
      try {
        const reply = await this.#talk().ask({ kind: "extract", text }, signal, onBatch);
        return reply ? { ...reply.extraction, cancelled: reply.cancelled } : stopped(text);
      } catch (error) {
        if (!this.#fallBack(error)) throw error;
        onRestart();
      }
    }
  }

  async #load(signal) {
    const { model } = this.#settings;
    for (;;) {
      try {
        const request = { kind: "load", model, backend: this.#settings.backend };
        const reply = await this.#talk().ask(request, signal, (progress) => this.#tell("progress", progress));
        if (!reply?.info) return null;
        this.info = reply.info;
        this.#tell("loaded", { info: reply.info, loading: reply.loading });
        return reply.info;
      } catch (error) {
        if (!(error instanceof Crash) || !this.#fallBack(error)) throw error;
      }
    }
  }

  #talk() {
    if (!this.#conversation) {
      this.#conversation = new Conversation(() => this.#forget());
      this.#conversation.addEventListener("stopped", () => this.#tell("stopped"));
    }
    return this.#conversation;
  }

  #forget() {
    this.#conversation = null;
    this.#loading = null;
    this.info = null;
  }

  /** A module that crashed, or a GPU that failed, is replaced by the processor, once. */
  #fallBack(error) {
    const gpuFailed = this.info?.backend === "webgpu";
    if (this.#fellBack || !(error instanceof Crash || gpuFailed)) return false;
    this.#fellBack = true;
    this.#settings.backend = "cpu";
    this.#conversation?.end();
    this.#forget();
    this.#tell("fallback", error.message);
    return true;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {string} text @returns {Outcome} */
const stopped = (text) => ({ read: 0, total: text.length, timing: null, cancelled: true });
