import { Backend } from "./backend.js";
import { Crash } from "./conversation.js";
import { SpanlightError } from "./error.js";
import { readGold } from "./gold.js";
import { LEAST, race, speedOf } from "./race.js";
import { Source } from "./source.js";
import { startWorker } from "./start-worker.js";
import { Tally } from "./tally.js";

/**
 * @typedef {import("../spanlight_web.js").Info} Info
 * @typedef {import("../spanlight_web.js").Sentence} Sentence
 * @typedef {import("../spanlight_web.js").Batch} Batch
 * @typedef {import("../spanlight_web.js").GoldSentence} GoldSentence
 * @typedef {import("../spanlight_web.js").Prediction} Prediction
 * @typedef {import("../spanlight_web.js").Evaluation} Evaluation
 * @typedef {import("../spanlight_web.js").ExtractOptions} ExtractOptions
 * @typedef {import("./backend.js").LoadProgress} LoadProgress
 * @typedef {import("./bundle.js").Parts} Parts
 * @typedef {import("./race.js").Speed} Speed
 * @typedef {import("./tally.js").Outcome} Outcome
 * @typedef {import("./gold.js").Gold} Gold
 */

/**
 * @typedef {object} LoadOptions
 * @property {"auto"|"webgpu"|"cpu"} [backend] "auto" (the default) takes the faster of the two where there
 *   is a graphics card, found out on the first text, and the processor elsewhere
 * @property {number} [cache] bytes of memory for sentences that were read, so that edited text costs only
 *   what changed; 16 MiB by default
 * @property {(progress: LoadProgress) => void} [onProgress]
 * @property {() => Worker} [worker] starts `worker.js`, for pages that are bundled:
 *   `() => new Worker(new URL("spanlight/worker.js", import.meta.url), { type: "module" })`
 */

/**
 * Where the model runs, and how fast.
 * @typedef {object} Backends
 * @property {"webgpu"|"cpu"|null} active null while none is loaded
 * @property {string|null} adapter name of the GPU in use
 * @property {boolean} software whether that GPU is a program on the processor
 * @property {"off"|"waiting"|"running"|"decided"} race "off" where there is nothing to choose
 * @property {{webgpu?: Speed, cpu?: Speed}} speeds what the race measured
 * @property {number|null} memory bytes of the module's memory
 * @property {{timing: import("../spanlight_web.js").Timing|null, pieces: number, computed: number, reused: number, piecesPerSecond: number|null}|null} last
 *   what the last text cost; times in ms
 * @property {string|null} note why the model does not run where one might expect it to
 */

// Failures in a row, without a sentence between them, after which the work is given up.
const PATIENCE = 2;
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
  #source;
  #cache;
  #wish;
  #onProgress;
  #worker;
  /** @type {Backend|null} */ #active = null;
  /** @type {Promise<Backend|null>|null} */ #opening = null;
  /** @type {Promise<void>|null} */ #racing = null;
  #measuring = false;
  /** Pauses the reading under way. @type {(() => void)|null} */ #pause = null;
  #failures = 0;
  /** Backends that are gone and seen to. @type {WeakSet<Backend>} */ #mourned = new WeakSet();
  #freed = false;
  /** @type {Backends} */ #backends = { active: null, adapter: null, software: false, race: "off", speeds: {}, memory: null, last: null, note: null };

  /**
   * Loads a model.
   * @param {string|URL|Parts} source address of a model's folder, or its files
   * @param {LoadOptions & {signal?: AbortSignal}} [options] the signal ends the load, which then rejects
   *   with the signal's reason
   * @returns {Promise<Extractor>}
   * @throws {SpanlightError}
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
   * @throws {SpanlightError} for what is no source
   */
  constructor(source, { backend = "auto", cache, onProgress = () => {}, worker = startWorker } = {}) {
    super();
    this.#source = new Source(source);
    this.#wish = backend;
    this.#cache = cache;
    this.#onProgress = onProgress;
    this.#worker = worker;
  }

  /**
   * Loads the model, unless it is loaded.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Info|null>} null when it was aborted
   * @throws {SpanlightError}
   */
  async ready({ signal } = {}) {
    return (await this.#ready(signal))?.info ?? null;
  }

  /** What is known about the model and where it runs; null while it is being moved. @returns {Info|null} */
  get info() {
    return this.#active?.info ?? null;
  }

  /** @returns {Backends} */
  get backends() {
    return { ...this.#backends, memory: this.#active?.memory ?? null };
  }

  /**
   * Entities and relations of a text of any length, sentence by sentence.
   *
   * Ending the loop early ends the work. The generator returns what the text cost.
   * @param {string} text
   * @param {ExtractOptions & {signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<Sentence, Outcome, void>}
   * @throws {SpanlightError} or the signal's reason
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
        while (waiting.length > 0) yield waiting.shift();
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
   * @param {ExtractOptions & {signal?: AbortSignal, onBatch?: (batch: Batch) => void}} [options]
   * @returns {Promise<Outcome>}
   * @throws {SpanlightError}
   */
  async read(text, { signal, onBatch = () => {}, ...options } = {}) {
    if (typeof text !== "string") throw new SpanlightError("argument", "text: this is not a string.");
    const tally = new Tally(text, options);
    for (;;) {
      if (this.#measuring) await Promise.race([this.#racing, aborted(signal)]);
      const backend = await this.#ready(signal);
      if (!backend || signal?.aborted) return tally.outcome(true);
      this.#enterRace(text);
      const run = new AbortController();
      const stop = () => run.abort();
      signal?.addEventListener("abort", stop);
      this.#pause = stop;
      try {
        const reply = await backend.ask({ kind: "extract", text, options: tally.rest }, run.signal, (batch) => {
          if (signal?.aborted) return;
          tally.add(batch);
          if (batch.sentences.length > 0) this.#failures = 0;
          onBatch(batch);
        });
        if (reply) tally.close(reply.extraction, backend);
        if (signal?.aborted || (reply && !reply.cancelled)) {
          const outcome = tally.outcome(signal?.aborted ?? false);
          this.#note({ last: { ...outcome, piecesPerSecond: speedOf(outcome)?.piecesPerSecond ?? null } });
          return outcome;
        }
      } catch (error) {
        await this.#replace(backend, error);
      } finally {
        signal?.removeEventListener("abort", stop);
        this.#pause = null;
      }
    }
  }

  /**
   * One sentence with evidence: alternatives, attention, and what the model rejected.
   * @param {string} text the whole text
   * @param {{start: number}} sentence where it starts
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Sentence|null>} null where no sentence starts, and when it was aborted
   * @throws {SpanlightError}
   */
  async explain(text, { start }, { signal } = {}) {
    let found = null;
    const options = { from: start, limit: 1, evidence: true, candidates: CANDIDATES };
    await this.read(text, { ...options, signal, onBatch: ({ sentences }) => (found = sentences[0] ?? found) });
    return signal?.aborted || found?.start !== start ? null : found;
  }

  /**
   * Reads an annotated file: DyGIE documents (as SciERC has them), SpERT's sentences, or the paper's.
   * @param {{name: string, text: string, format?: "auto"|"dygie"|"spert"|"pspe"}} file
   * @returns {Promise<Gold>}
   * @throws {SpanlightError} that names the line
   */
  async readGold(file) {
    return readGold(file, async (words) => (await this.#ask({ kind: "unescape", words })).words);
  }

  /**
   * Reads annotated sentences and scores what it finds in them.
   * @param {GoldSentence[]} gold
   * @param {{signal?: AbortSignal, onProgress?: (progress: {done: number, total: number}) => void}} [options]
   * @returns {Promise<Evaluation|null>} null when it was aborted
   * @throws {SpanlightError}
   */
  async evaluate(gold, { signal, onProgress } = {}) {
    return (await this.#ask({ kind: "evaluate", gold }, signal, onProgress))?.evaluation ?? null;
  }

  /**
   * Scores predictions, one for each annotated sentence, in their order.
   * @param {GoldSentence[]} gold
   * @param {Prediction[]} predictions
   * @returns {Promise<Evaluation>}
   * @throws {SpanlightError}
   */
  async score(gold, predictions) {
    return (await this.#ask({ kind: "score", gold, predictions })).evaluation;
  }

  /** Forgets the sentences that were read. */
  async clearCache() {
    await this.#active?.ask({ kind: "forget" });
  }

  /** Ends the worker and frees all that it holds; what runs rejects, and the extractor is of no use any more. */
  free() {
    this.#freed = true;
    this.#active?.end();
    this.#active = null;
    this.#source.release();
  }

  /**
   * A request that can simply be repeated elsewhere.
   * @param {object} request @param {AbortSignal} [signal] @param {(message: any) => void} [onUpdate]
   */
  async #ask(request, signal, onUpdate) {
    for (;;) {
      const backend = await this.#ready(signal);
      if (!backend) return null;
      try {
        return await backend.ask(request, signal, onUpdate);
      } catch (error) {
        await this.#replace(backend, error);
      }
    }
  }

  /** The backend to ask, loaded if need be; null when that was aborted. @param {AbortSignal} [signal] */
  async #ready(signal) {
    while (!this.#active) {
      if (this.#freed) throw new SpanlightError("freed", "The extractor was freed.");
      if (signal?.aborted) return null;
      this.#opening ??= this.#open(signal).finally(() => (this.#opening = null));
      try {
        await this.#opening;
      } catch (error) {
        // Whoever began to open may have lost interest; the next one does it then.
        if (error?.name !== "AbortError") throw error;
      }
    }
    return this.#active;
  }

  /** @param {AbortSignal} [signal] */
  async #open(signal) {
    const started = performance.now();
    for (;;) {
      try {
        const backend = await this.#start(this.#wish, signal, this.#onProgress);
        if (!backend) return null;
        if (this.#freed) backend.end();
        else this.#take(backend, performance.now() - started);
        return backend;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        this.#fail(error, this.#wish === "cpu" ? "cpu" : "webgpu");
      }
    }
  }

  /** @param {import("./backend.js").Wish} wish @param {AbortSignal|undefined} signal @param {(progress: LoadProgress) => void} onProgress */
  async #start(wish, signal, onProgress) {
    const parts = await this.#source.read(signal, (bytes) => onProgress({ stage: "download", ...bytes }));
    let backend = null;
    const onEnd = (why) => {
      if (backend && backend === this.#active) this.#lose(why);
    };
    [backend] = await Promise.all([
      Backend.load(this.#worker, { parts, backend: wish, cache: this.#cache }, signal, onProgress, onEnd),
      this.#source.keep(),
    ]);
    return backend;
  }

  /** @param {Backend} backend @param {number} loading ms */
  #take(backend, loading) {
    const { info } = backend;
    this.#active = backend;
    const open = this.#wish === "auto" && info.backend === "webgpu" && !info.software && this.#backends.race === "off";
    if (open) this.#backends.race = "waiting";
    // A rival will need the bytes.
    if (this.#backends.race !== "waiting") this.#source.release();
    const { adapter, software } = info;
    this.#note({ active: info.backend, adapter, software, note: info.note ?? this.#backends.note });
    this.#tell("loaded", { info, loading });
  }

  /** @param {"crashed"|"stubborn"|"ended"} why */
  #lose(why) {
    // What was ended on purpose is no failure.
    if (why === "stubborn") this.#mourned.add(this.#active);
    this.#active = null;
    this.#note({ active: null });
    if (why === "stubborn") this.#tell("stopped");
  }

  /**
   * Sees to it that the work can go on after a failure.
   * @param {Backend} backend @param {any} error
   * @throws the error, if it is no failure of the backend, or if nothing helps
   */
  async #replace(backend, error) {
    const { backend: kind } = backend.info;
    const lost = error instanceof Crash || (kind === "webgpu" && error.code === "device");
    if (this.#freed || !lost) throw error;
    if (this.#mourned.has(backend)) return;
    this.#mourned.add(backend);
    if (this.#active === backend) this.#active = null;
    backend.end();
    this.#fail(error, kind);
  }

  /** @param {SpanlightError} error @param {"webgpu"|"cpu"} kind what failed */
  #fail(error, kind) {
    this.#failures += 1;
    if (this.#failures > PATIENCE) throw error;
    this.#wish = "cpu";
    const name = kind === "webgpu" ? "WebGPU" : "The engine on the processor";
    const note = `${name} failed (${error.message}); the work goes on ${kind === "webgpu" ? "on the processor" : "in a new one"}.`;
    this.#note({ active: null, race: "off", note });
    this.#tell("fallback", error.message);
  }

  /** Loads a rival while the leader reads the first text that is long enough. @param {string} text */
  #enterRace(text) {
    if (this.#backends.race !== "waiting" || text.length < LEAST) return;
    this.#note({ race: "running" });
    this.#racing = this.#race(this.#active, text).finally(() => {
      this.#racing = null;
      this.#measuring = false;
      this.#source.release();
    });
  }

  /** @param {Backend} leader @param {string} text */
  async #race(leader, text) {
    // A rival that cannot even be loaded has lost.
    const rival = await this.#start("cpu", undefined, () => {}).catch(() => null);
    if (!rival || this.#active !== leader) {
      rival?.end();
      return this.#note({ race: "decided" });
    }
    this.#measuring = true;
    this.#pause?.();
    try {
      const { faster, speeds } = await race(leader, rival, text);
      this.#note({ race: "decided", speeds });
      if (faster === rival && !this.#freed) this.#move(leader, rival, speeds);
      else rival.end();
    } catch (error) {
      rival.end();
      this.#note({ race: "decided" });
      // Whoever asks the leader next meets what is no failure of its own.
      await this.#replace(leader, error).catch(() => {});
    }
  }

  /** @param {Backend} leader @param {Backend} rival @param {{webgpu?: Speed, cpu?: Speed}} speeds */
  #move(leader, rival, { webgpu, cpu }) {
    const [gpu, processor] = [webgpu, cpu].map((speed) => Math.round(speed.piecesPerSecond));
    const note = `The processor is used: it reads ${processor} word-pieces a second here, and WebGPU ${gpu}.`;
    rival.info = { ...rival.info, note };
    this.#wish = "cpu";
    this.#mourned.add(leader);
    this.#take(rival, 0);
    leader.end(new Crash("it was replaced by a faster one"));
  }

  #note(news) {
    Object.assign(this.#backends, news);
    this.#tell("backends", this.backends);
  }

  /** @param {string} name @param {any} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {AbortSignal} [signal] @returns {Promise<void>} */
const aborted = (signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
