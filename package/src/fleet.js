import { Backend } from "./backend.js";
import { Crash } from "./conversation.js";
import { SpanlightError } from "./error.js";
import { Pool, workersThatPay } from "./pool.js";
import { MIN_LENGTH, measure } from "./race.js";

/**
 * @import { LoadProgress } from "./backend.js"
 * @import { Speed } from "./race.js"
 * @import { Outcome } from "./tally.js"
 */

/**
 * The backend in use and the measured speeds.
 * @typedef {object} Backends
 * @property {"webgpu"|"cpu"|null} active the backend in use; null while no model is loaded
 * @property {string|null} adapter name of the GPU in use
 * @property {boolean} software whether the adapter is a software adapter, which computes on the CPU
 * @property {"off"|"waiting"|"running"|"decided"} race the state of the race between the backends; "off" if there is no choice
 * @property {Speeds} speeds the speeds that the race measured
 * @property {number} workers number of workers that read together; 0 while no model is loaded
 * @property {number|null} memory size of the WebAssembly memory of all workers in bytes
 * @property {(Outcome & Pace)|null} last the cost of the last text
 * @property {string|null} note why the model does not run on the expected backend
 */

/**
 * The speeds that the race between the backends measured.
 * @typedef {object} Speeds
 * @property {Speed} [webgpu] of the GPU
 * @property {Speed} [cpu] of the CPU
 */

/**
 * The rate at which a text was read.
 * @typedef {object} Pace
 * @property {number|null} piecesPerSecond word-pieces per second through the model; null if there were none
 */

// Number of consecutive failures, without a sentence between them, that are retried.
const PATIENCE = 2;

// Milliseconds after which a lost GPU is trusted again. A computer that sleeps loses its GPU once; a broken driver loses
// it again soon.
const REST = 5 * 60_000;

/** The backends of one extractor: opens them, lets two of them race, and replaces one that fails. */
export class Fleet {
  #source;
  #preference;
  #cache;
  #workers;
  #onProgress;
  #worker;
  #dispatch;
  /** @type {Pool|null} */ active = null;
  /** @type {Promise<Pool|null>|null} */ #opening = null;
  /** The files for more workers. @type {Promise<import("./bundle.js").Parts>|null} */ #reading = null;
  /** @type {Promise<void>|null} */ #racing = null;
  #measuring = false;
  /** The running extractions. @type {Set<{pause: () => void, ended: Promise<void>}>} */ #runs = new Set();
  #failures = 0;
  /** When a GPU failed last. */ #lostAt = -Infinity;
  /** Whether the CPU stands in for a GPU that failed twice. */ #standIn = false;
  /** Backends whose end has been dealt with. @type {WeakSet<Pool>} */ #handled = new WeakSet();
  #life = new AbortController();
  #freed = false;
  /** @type {Backends} */ #backends = { active: null, adapter: null, software: false, race: "off", speeds: {}, workers: 0, memory: null, last: null, note: null };

  /**
   * @param {import("./source.js").Source} source
   * @param {{backend: import("./backend.js").Preference, cache: number|undefined, workers: number|undefined, onProgress: (progress: LoadProgress) => void, worker: () => Worker}} options
   * @param {(name: string, detail?: any) => void} dispatch dispatches an event
   */
  constructor(source, { backend, cache, workers = workersThatPay(), onProgress, worker }, dispatch) {
    this.#source = source;
    this.#preference = backend;
    this.#cache = cache;
    this.#workers = workers;
    this.#onProgress = onProgress;
    this.#worker = worker;
    this.#dispatch = dispatch;
  }

  /** @returns {Backends} */
  get report() {
    return { ...this.#backends, workers: this.active?.size ?? 0, memory: this.active?.memory ?? null };
  }

  /** Returns the active backend and loads one if there is none; null if aborted. @param {AbortSignal} [signal] */
  async ready(signal) {
    if (this.#measuring) await Promise.race([this.#racing, aborted(signal)]);
    if (this.#standIn && this.#runs.size === 0 && performance.now() - this.#lostAt > REST) this.#returnToGpu();
    while (!this.active) {
      if (signal?.aborted) return null;
      if (this.#freed) throw new SpanlightError("freed", "The extractor was freed.");
      this.#opening ??= this.#open(signal).finally(() => (this.#opening = null));
      try {
        await Promise.race([this.#opening, aborted(signal)]);
      } catch (error) {
        if (signal?.aborted) return null;
        // The caller that began the load may have aborted it; the next caller starts a new one.
        if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      }
    }
    return this.active;
  }

  /** @param {AbortSignal} [signal] */
  async #open(signal) {
    const started = performance.now();
    for (;;) {
      try {
        const backend = await this.#start(this.#wanted, signal, this.#onProgress);
        if (!backend) return null;
        if (this.#freed) backend.end();
        else this.#take(backend, performance.now() - started);
        return backend;
      } catch (error) {
        // A CPU that cannot load the model will not load it the next time either.
        if (!(error instanceof Crash) || this.#wanted === "cpu") throw error;
        this.#standIn = true;
        this.#fail(error, "webgpu");
      }
    }
  }

  /** @param {import("./backend.js").Preference} preference @param {AbortSignal|undefined} signal @param {(progress: LoadProgress) => void} onProgress */
  async #start(preference, signal, onProgress) {
    const parts = await this.#source.read(either(signal, this.#life.signal), (bytes) => onProgress({ stage: "download", ...bytes }));
    /** @type {Pool|null} */ let pool = null;
    /** @param {"crashed"|"unresponsive"|"ended"} why */
    const onEnd = (why) => {
      if (pool && pool === this.active) this.#lose(pool, why);
    };
    const [backend] = await Promise.all([this.#load(parts, preference, signal, onProgress, onEnd), this.#source.keep()]);
    if (!backend) return null;
    // A GPU serves one worker as well as several.
    pool = new Pool(backend, backend.info.backend === "cpu" ? this.#workers : 1, (onEnd) => this.#join(onEnd));
    return pool;
  }

  /** Starts another worker on the CPU. @param {() => void} onEnd */
  async #join(onEnd) {
    this.#reading ??= this.#source.read(this.#life.signal, () => {}).finally(() => (this.#reading = null));
    const backend = await this.#load(await this.#reading, "cpu", undefined, () => {}, onEnd);
    this.#source.release();
    return backend;
  }

  /** @param {import("./bundle.js").Parts} parts @param {import("./backend.js").Preference} preference @param {AbortSignal|undefined} signal @param {(progress: LoadProgress) => void} onProgress @param {(why: "crashed"|"unresponsive"|"ended") => void} onEnd */
  #load(parts, preference, signal, onProgress, onEnd) {
    return Backend.load(this.#worker, { parts, backend: preference, cache: this.#cache }, { signal, life: this.#life.signal }, onProgress, onEnd);
  }

  /** @param {Pool} backend @param {number} loading ms */
  #take(backend, loading) {
    const { info } = backend;
    this.active = backend;
    const open = this.#preference === "auto" && info.backend === "webgpu" && !info.software && this.#backends.race === "off";
    if (open) this.#backends.race = "waiting";
    // The race will load a second backend from the same bytes.
    if (this.#backends.race !== "waiting") this.#source.release();
    const { adapter, software } = info;
    this.note({ active: info.backend, adapter, software, note: info.note ?? this.#backends.note });
    this.#dispatch("loaded", { info, loading });
  }

  /** @param {Pool} backend @param {"crashed"|"unresponsive"|"ended"} why */
  #lose(backend, why) {
    // A worker that was terminated for a cancellation is not a failure.
    if (why === "unresponsive") this.#handled.add(backend);
    this.active = null;
    this.note({ active: null });
    if (why === "unresponsive") this.#dispatch("stopped");
  }

  /**
   * Drops a failed backend, so that the next request loads another one.
   * @param {Pool} backend @param {any} error
   * @throws the error, if the backend did not cause it, or after too many failures
   */
  replace(backend, error) {
    const { backend: kind } = backend.info;
    const lost = error instanceof Crash || (kind === "webgpu" && error.code === "device");
    if (this.#freed || !lost) throw error;
    if (this.#handled.has(backend)) return;
    this.#handled.add(backend);
    if (this.active === backend) this.active = null;
    backend.end();
    this.#fail(error, kind);
  }

  /** The backend to load next. */
  get #wanted() {
    return this.#standIn ? "cpu" : this.#preference;
  }

  /**
   * Decides what follows a failure: a GPU is tried once more, then the CPU stands in for it.
   * @param {SpanlightError} error @param {"webgpu"|"cpu"} kind the backend that failed
   */
  #fail(error, kind) {
    this.#failures += 1;
    if (this.#failures > PATIENCE) throw error;
    if (kind === "webgpu") {
      const now = performance.now();
      this.#standIn ||= now - this.#lostAt <= REST;
      this.#lostAt = now;
    }
    const name = kind === "webgpu" ? "WebGPU" : "The engine on the processor";
    const note = `${name} failed; the work goes on ${kind === "webgpu" ? (this.#standIn ? "on the processor" : "on WebGPU, started anew") : "in a new engine"}.`;
    // A race that is decided stays decided.
    const race = this.#standIn || this.#backends.race !== "decided" ? "off" : "decided";
    this.note({ active: null, race, note });
    this.#dispatch("fallback", note);
  }

  /** Ends the CPU that stands in for a GPU, so that the GPU is loaded next; if it fails again, the CPU is back at once. */
  #returnToGpu() {
    this.#standIn = false;
    this.#lostAt = performance.now();
    this.note({ note: null });
    if (!this.active) return;
    this.#handled.add(this.active);
    this.active.end(new Crash("The engine was replaced. Try again."));
  }

  /**
   * Registers an extraction. A long text may start the race, which pauses the extraction through the signal.
   * @param {Pool} backend @param {string} text @param {boolean} whole whether the whole text is to be read
   * @returns {{pause: AbortSignal, end: () => void}}
   */
  begin(backend, text, whole) {
    const pause = new AbortController();
    let end = () => {};
    const ended = new Promise((/** @type {(value: void) => void} */ resolve) => (end = resolve));
    const run = { pause: () => pause.abort(), ended };
    this.#runs.add(run);
    ended.then(() => this.#runs.delete(run));
    if (this.#backends.race === "waiting" && whole && text.length >= MIN_LENGTH) {
      this.note({ race: "running" });
      this.#racing = this.#race(backend, text).finally(() => {
        this.#racing = null;
        this.#measuring = false;
        this.#source.release();
      });
    }
    return { pause: pause.signal, end };
  }

  /** Resets the count of failures, since the backend delivered sentences. */
  recovered() {
    this.#failures = 0;
  }

  /** @param {Partial<Backends>} news */
  note(news) {
    Object.assign(this.#backends, news);
    this.#dispatch("backends", this.report);
  }

  /** Ends all backends. */
  free() {
    this.#freed = true;
    this.#life.abort();
    this.active?.end();
    this.active = null;
    this.#source.release();
  }

  /**
   * Lets the CPU (the rival) read a sample while WebGPU (the leader) reads the text. Then the leader, whose shaders are
   * compiled by then, reads the same sample, in at most twice the rival's time.
   * @param {Pool} leader @param {string} text
   */
  async #race(leader, text) {
    // A rival that cannot load or read has lost.
    const rival = await this.#start("cpu", undefined, () => {}).catch(() => null);
    await rival?.grow();
    const cpu = await (rival && measure(rival, text, rival.size).catch(() => null));
    if (!rival || !cpu || this.active !== leader) {
      rival?.end();
      // If the leader failed meanwhile, the race is already off.
      return this.note({ race: this.#backends.race === "running" ? "decided" : this.#backends.race });
    }
    this.#measuring = true;
    for (const run of this.#runs) run.pause();
    await Promise.all([...this.#runs].map((run) => run.ended));
    try {
      const webgpu = await measure(leader, text, rival.size, 2 * cpu.milliseconds);
      const speeds = { cpu, ...(webgpu && { webgpu }) };
      this.note({ race: "decided", speeds });
      if (webgpu && webgpu.piecesPerSecond < cpu.piecesPerSecond && !this.#freed) this.#move(leader, rival, webgpu, cpu);
      else rival.end();
    } catch (error) {
      rival.end();
      this.note({ race: "decided" });
      try {
        this.replace(leader, error);
      } catch {
        // The next request to the leader fails with the same error.
      }
    }
  }

  /** @param {Pool} leader @param {Pool} rival @param {Speed} webgpu @param {Speed} cpu */
  #move(leader, rival, webgpu, cpu) {
    const [slow, fast] = [webgpu, cpu].map(({ piecesPerSecond }) => Math.round(piecesPerSecond));
    const note = `The processor is used: it reads ${fast} word-pieces a second, and WebGPU ${slow > 0 ? slow : `less than ${Math.ceil(fast / 2)}`}.`;
    rival.info = { ...rival.info, note };
    this.#preference = "cpu";
    this.#handled.add(leader);
    this.#take(rival, 0);
    leader.end(new Crash("The engine was replaced by a faster one. Try again."));
  }
}

/** @param {AbortSignal} [signal] @returns {Promise<void>} */
const aborted = (signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });

/** @param {AbortSignal|undefined} one @param {AbortSignal} other */
const either = (one, other) => (one ? AbortSignal.any([one, other]) : other);
