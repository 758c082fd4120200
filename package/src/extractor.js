import { SpanlightError } from "./error.js";
import { Fleet } from "./fleet.js";
import { speedOf } from "./race.js";
import { Source } from "./source.js";
import { startWorker } from "./start-worker.js";
import { Tally } from "./tally.js";

/**
 * @import { Batch, Evaluation, ExtractOptions, Gold, GoldFile, GoldSentence, Info, Prediction, Sentence } from "../spanlight_web.js"
 * @import { LoadProgress } from "./backend.js"
 * @import { Parts } from "./bundle.js"
 * @import { Backends } from "./fleet.js"
 * @import { Outcome } from "./tally.js"
 */

/**
 * How to load a model.
 * @typedef {object} LoadOptions
 * @property {"auto"|"webgpu"|"cpu"} [backend] "auto" (the default) measures both on the first text and keeps the
 *   faster one; without a GPU it uses the CPU
 * @property {number} [cache] size of the sentence cache in bytes; 16 MiB by default. After an edit, only changed
 *   sentences are computed
 * @property {number} [workers] most workers that share a long text on the CPU; by default as many as make this machine
 *   faster, and one on a phone
 * @property {(progress: LoadProgress) => void} [onProgress] called as the load proceeds
 * @property {() => Worker} [worker] starts `worker.js`, for pages that cannot start it by its address, such as
 *   `() => new Worker(new URL("spanlight/worker.js", import.meta.url), { type: "module" })`
 */

/**
 * Options of work that can be aborted.
 * @typedef {object} Abortable
 * @property {AbortSignal} [signal] aborts the work
 */

/**
 * A callback for the sentences of a text.
 * @typedef {object} Listener
 * @property {(batch: Batch) => void} [onBatch] called with each batch of finished sentences
 */

/**
 * Options of `evaluate`.
 * @typedef {object} EvaluateOptions
 * @property {AbortSignal} [signal] aborts the work
 * @property {(progress: Progress) => void} [onProgress] called with the number of finished sentences
 */

/**
 * Progress of an evaluation.
 * @typedef {object} Progress
 * @property {number} done finished sentences
 * @property {number} total all sentences
 */

// Lowest score of the rejected candidates in an explanation; less probable ones explain nothing.
const CANDIDATES = 0.02;

/**
 * A model that extracts entities and relations from text, in a worker of its own.
 *
 * If the GPU is lost or the module crashes, a new worker continues after the last sentence that was delivered: on the
 * GPU once more, then on the CPU; after five minutes the GPU is trusted again. Events: "backends" when `backends` changes; "loaded" (`detail`: {info, loading}, the latter in ms) when a
 * model was loaded or moved to another backend; "fallback" (`detail`: what failed and what follows, as a sentence) when a failed backend is replaced;
 * "stopped" when a worker did not react to an abort and was terminated (the next request loads the model again).
 */
export class Extractor extends EventTarget {
  #fleet;

  /**
   * Loads a model.
   * @param {string|URL|Parts} source address of a model's folder, or its files
   * @param {LoadOptions & Abortable} [options] an aborted load rejects with the signal's reason
   * @returns {Promise<Extractor>}
   * @throws a {@link SpanlightError}
   */
  static async load(source, { signal, ...options } = {}) {
    const extractor = new Extractor(source, options);
    try {
      await extractor.ready({ signal });
      signal?.throwIfAborted();
    } catch (error) {
      extractor.free();
      throw error;
    }
    return extractor;
  }

  /**
   * Creates an extractor that loads its model with the first request.
   * @param {string|URL|Parts} source address of a model's folder, or its files
   * @param {LoadOptions} [options]
   * @throws a {@link SpanlightError} if the source is neither an address nor the files of a model
   */
  constructor(source, { backend = "auto", cache, workers, onProgress = () => {}, worker = startWorker } = {}) {
    super();
    const dispatch = (name, detail) => void this.dispatchEvent(new CustomEvent(name, { detail }));
    this.#fleet = new Fleet(new Source(source), { backend, cache, workers, onProgress, worker }, dispatch);
  }

  /**
   * Loads the model if it is not loaded yet.
   * @param {Abortable} [options]
   * @returns {Promise<Info|null>} null if the load was aborted
   * @throws a {@link SpanlightError}
   */
  async ready({ signal } = {}) {
    return (await this.#fleet.ready(signal))?.info ?? null;
  }

  /** Information about the model and its device; null while no model is loaded. @returns {Info|null} */
  get info() {
    return this.#fleet.active?.info ?? null;
  }

  /** The backend in use, the measured speeds, and the reason for the choice. @returns {Backends} */
  get backends() {
    return this.#fleet.report;
  }

  /**
   * Yields the sentences of a text of any length, with their entities and relations.
   *
   * Leaving the loop early aborts the work. The generator returns the cost of the text.
   * @param {string} text
   * @param {ExtractOptions & Abortable} [options] an abort rejects with the signal's reason
   * @returns {AsyncGenerator<Sentence, Outcome, void>}
   * @throws a {@link SpanlightError}, or the signal's reason
   */
  async *extract(text, { signal, ...options } = {}) {
    signal?.throwIfAborted();
    const stop = new AbortController();
    /** @type {Sentence[]} */ const waiting = [];
    let wake = () => {};
    const onBatch = ({ sentences }) => {
      for (const sentence of sentences) waiting.push(sentence);
      wake();
    };
    let ended = false;
    const onAbort = () => {
      stop.abort();
      wake();
    };
    signal?.addEventListener("abort", onAbort);
    const reading = this.read(text, { ...options, onBatch, signal: stop.signal });
    reading.catch(() => {}).finally(() => {
      ended = true;
      wake();
    });
    try {
      for (;;) {
        for (let next; (next = waiting.shift()); ) yield next;
        if (ended) break;
        await new Promise((resolve) => (wake = () => resolve(undefined)));
        signal?.throwIfAborted();
      }
      const outcome = await reading;
      signal?.throwIfAborted();
      return outcome;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      stop.abort();
    }
  }

  /**
   * Reads a text as `extract` does, but delivers its sentences to a callback, with the offset read so far. If aborted,
   * it resolves with the outcome so far.
   * @param {string} text
   * @param {ExtractOptions & Listener & Abortable} [options]
   * @returns {Promise<Outcome>}
   * @throws a {@link SpanlightError}
   */
  async read(text, { signal, onBatch = () => {}, ...options } = {}) {
    if (typeof text !== "string") throw new SpanlightError("argument", "text: this is not a string.");
    const tally = new Tally(text, options);
    for (;;) {
      const backend = await this.#fleet.ready(signal);
      if (!backend || signal?.aborted) return tally.outcome(true);
      // A long text may start a race between the backends, which pauses this reading.
      const run = this.#fleet.begin(backend, text, tally.whole);
      try {
        const take = (batch) => {
          if (signal?.aborted) return;
          tally.add(batch);
          if (batch.sentences.length > 0) this.#fleet.recovered();
          onBatch(batch);
        };
        const reply = await backend.ask({ kind: "extract", text, options: tally.rest }, signal, take, run.pause);
        if (reply) tally.close(reply.extraction, backend);
        if (signal?.aborted || (reply && !reply.cancelled)) {
          const outcome = tally.outcome(signal?.aborted ?? false);
          this.#fleet.note({ last: { ...outcome, piecesPerSecond: speedOf(outcome)?.piecesPerSecond ?? null } });
          return outcome;
        }
      } catch (error) {
        if (signal?.aborted) return tally.outcome(true);
        this.#fleet.replace(backend, error);
      } finally {
        run.end();
      }
    }
  }

  /**
   * Reads one sentence with evidence: alternatives, attention, and rejected candidates.
   * @param {string} text the whole text
   * @param {{start: number}} sentence its start in the text
   * @param {Abortable} [options]
   * @returns {Promise<Sentence|null>} null if no sentence starts there, or if aborted
   * @throws a {@link SpanlightError}
   */
  async explain(text, { start }, { signal } = {}) {
    /** @type {Sentence[]} */ const found = [];
    const options = { from: start, limit: 1, evidence: true, candidates: CANDIDATES };
    await this.read(text, { ...options, signal, onBatch: ({ sentences }) => void found.push(...sentences) });
    return found.find((sentence) => !signal?.aborted && sentence.start === start) ?? null;
  }

  /**
   * Reads an annotated file in any format that `spanlight finetune` reads: DyGIE (SciERC), SpERT (CoNLL04), PSPE (the
   * paper's format), ARNOR, DocRED, re3d, KnowledgeNet.
   * @param {GoldFile} file
   * @returns {Promise<Gold>}
   * @throws a {@link SpanlightError} that names the file, the line and the field
   */
  async readGold(file) {
    return (await this.#ask({ kind: "readGold", file })).gold;
  }

  /**
   * Extracts from annotated sentences and scores the predictions against their annotations.
   * @param {GoldSentence[]} gold as `readGold` returns them
   * @param {EvaluateOptions} [options]
   * @returns {Promise<Evaluation|null>} null if aborted
   * @throws a {@link SpanlightError}
   */
  async evaluate(gold, { signal, onProgress } = {}) {
    const onUpdate = ({ done, total }) => onProgress?.({ done, total });
    return (await this.#ask({ kind: "evaluate", gold }, signal, onUpdate))?.evaluation ?? null;
  }

  /**
   * Scores predictions against annotated sentences.
   * @param {GoldSentence[]} gold as `readGold` returns them
   * @param {Prediction[]} predictions one for each sentence, in the same order
   * @returns {Promise<Evaluation>}
   * @throws a {@link SpanlightError}
   */
  async score(gold, predictions) {
    return (await this.#ask({ kind: "score", gold, predictions })).evaluation;
  }

  /** Empties the sentence cache. */
  async clearCache() {
    await this.#fleet.active?.ask({ kind: "forget" });
  }

  /** Ends the worker and frees its memory. Running and later requests reject with the code "freed". */
  free() {
    this.#fleet.free();
  }

  /**
   * Sends a request, and repeats it on another backend if this one fails.
   * @param {object} request @param {AbortSignal} [signal] @param {(message: any) => void} [onUpdate]
   */
  async #ask(request, signal, onUpdate) {
    for (;;) {
      const backend = await this.#fleet.ready(signal);
      if (!backend) return null;
      try {
        return await backend.ask(request, signal, onUpdate);
      } catch (error) {
        if (signal?.aborted) return null;
        this.#fleet.replace(backend, error);
      }
    }
  }
}
