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
 * @property {"auto"|"webgpu"|"cpu"} [backend] "auto" (the default) takes the faster of the two where there
 *   is a graphics card, found out on the first text, and the processor elsewhere
 * @property {number} [cache] bytes of memory for sentences that were read, so that edited text costs only
 *   what changed; 16 MiB by default
 * @property {(progress: LoadProgress) => void} [onProgress] told how far the load is, again and again
 * @property {() => Worker} [worker] starts `worker.js`, for pages that have to do so in their own way, such as
 *   `() => new Worker(new URL("spanlight/worker.js", import.meta.url), { type: "module" })`
 */

/**
 * Work that can be ended early.
 * @typedef {object} Abortable
 * @property {AbortSignal} [signal] ends the work
 */

/**
 * Who wants to know how a reading goes on.
 * @typedef {object} Listener
 * @property {(batch: Batch) => void} [onBatch] gets sentences as they are finished
 */

/**
 * How to evaluate.
 * @typedef {object} EvaluateOptions
 * @property {AbortSignal} [signal] ends the work
 * @property {(progress: Progress) => void} [onProgress] told how many sentences are done
 */

/**
 * How far some work is.
 * @typedef {object} Progress
 * @property {number} done so much of it
 * @property {number} total all of it
 */

// Below this, what the model rejects explains nothing.
const CANDIDATES = 0.02;

/**
 * A model that extracts entities and relations from text, in a worker of its own.
 *
 * When a GPU is lost or the module crashes, the work goes on elsewhere behind the last sentence that was
 * handed over. Events: "backends" whenever `backends` changes, "loaded" when a model is loaded anew or
 * moved, "fallback" (`detail`: why) when a failed backend is replaced, "stopped" when a request that was
 * aborted had to be ended by force; the model is then loaded again with the next request.
 */
export class Extractor extends EventTarget {
  #fleet;

  /**
   * Loads a model.
   * @param {string|URL|Parts} source address of a model's folder, or its files
   * @param {LoadOptions & Abortable} [options] when the signal ends the load, it rejects with the signal's reason
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
   * An extractor that loads its model with the first request.
   * @param {string|URL|Parts} source address of a model's folder, or its files
   * @param {LoadOptions} [options]
   * @throws a {@link SpanlightError} for what is no source
   */
  constructor(source, { backend = "auto", cache, onProgress = () => {}, worker = startWorker } = {}) {
    super();
    const tell = (name, detail) => void this.dispatchEvent(new CustomEvent(name, { detail }));
    this.#fleet = new Fleet(new Source(source), { backend, cache, onProgress, worker }, tell);
  }

  /**
   * Loads the model, unless it is loaded.
   * @param {Abortable} [options]
   * @returns {Promise<Info|null>} null when it was aborted
   * @throws a {@link SpanlightError}
   */
  async ready({ signal } = {}) {
    return (await this.#fleet.ready(signal))?.info ?? null;
  }

  /** What is known about the model and where it runs; null while it is being moved. @returns {Info|null} */
  get info() {
    return this.#fleet.active?.info ?? null;
  }

  /** Where the model runs, how fast, and why there. @returns {Backends} */
  get backends() {
    return this.#fleet.report;
  }

  /**
   * Entities and relations of a text of any length, sentence by sentence.
   *
   * Ending the loop early ends the work. The generator returns what the text cost.
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
      waiting.push(...sentences);
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
   * The same with a callback, which also tells how far the reading is. When it is aborted, it resolves
   * with what was read until then.
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
      // The race that a text may start interrupts its reading.
      const run = this.#fleet.begin(backend, text, tally.whole);
      try {
        const take = (batch) => {
          if (signal?.aborted) return;
          tally.add(batch);
          if (batch.sentences.length > 0) this.#fleet.works();
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
        this.#fleet.replace(backend, error);
      } finally {
        run.end();
      }
    }
  }

  /**
   * One sentence with evidence: alternatives, attention, and what the model rejected.
   * @param {string} text the whole text
   * @param {{start: number}} sentence where it starts
   * @param {Abortable} [options]
   * @returns {Promise<Sentence|null>} null where no sentence starts, and when it was aborted
   * @throws a {@link SpanlightError}
   */
  async explain(text, { start }, { signal } = {}) {
    /** @type {Sentence[]} */ const found = [];
    const options = { from: start, limit: 1, evidence: true, candidates: CANDIDATES };
    await this.read(text, { ...options, signal, onBatch: ({ sentences }) => void found.push(...sentences) });
    return found.find((sentence) => !signal?.aborted && sentence.start === start) ?? null;
  }

  /**
   * Reads an annotated file in any format that `spanlight finetune` reads: DyGIE (SciERC), SpERT (CoNLL04), the
   * paper's, ARNOR, DocRED, re3d, KnowledgeNet.
   * @param {GoldFile} file
   * @returns {Promise<Gold>}
   * @throws a {@link SpanlightError} that names file, line and field
   */
  async readGold(file) {
    return (await this.#ask({ kind: "readGold", file })).gold;
  }

  /**
   * Reads annotated sentences and scores what it finds in them.
   * @param {GoldSentence[]} gold as `readGold` gives them
   * @param {EvaluateOptions} [options]
   * @returns {Promise<Evaluation|null>} null when it was aborted
   * @throws a {@link SpanlightError}
   */
  async evaluate(gold, { signal, onProgress } = {}) {
    const onUpdate = ({ done, total }) => onProgress?.({ done, total });
    return (await this.#ask({ kind: "evaluate", gold }, signal, onUpdate))?.evaluation ?? null;
  }

  /**
   * Scores predictions, one for each annotated sentence, in their order.
   * @param {GoldSentence[]} gold as `readGold` gives them
   * @param {Prediction[]} predictions as many
   * @returns {Promise<Evaluation>}
   * @throws a {@link SpanlightError}
   */
  async score(gold, predictions) {
    return (await this.#ask({ kind: "score", gold, predictions })).evaluation;
  }

  /** Forgets the sentences that were read. */
  async clearCache() {
    await this.#fleet.active?.ask({ kind: "forget" });
  }

  /** Ends the worker and frees all that it holds; what runs rejects, and the extractor is of no use any more. */
  free() {
    this.#fleet.free();
  }

  /**
   * A request that can simply be repeated elsewhere.
   * @param {object} request @param {AbortSignal} [signal] @param {(message: any) => void} [onUpdate]
   */
  async #ask(request, signal, onUpdate) {
    for (;;) {
      const backend = await this.#fleet.ready(signal);
      if (!backend) return null;
      try {
        return await backend.ask(request, signal, onUpdate);
      } catch (error) {
        this.#fleet.replace(backend, error);
      }
    }
  }
}
