import { Backend } from "./backend.js";
import { Crash } from "./conversation.js";
import { SpanlightError } from "./error.js";
import { LEAST, measure } from "./race.js";

/**
 * @import { LoadProgress } from "./backend.js"
 * @import { Speed } from "./race.js"
 * @import { Outcome } from "./tally.js"
 */

/**
 * Where the model runs, and how fast.
 * @typedef {object} Backends
 * @property {"webgpu"|"cpu"|null} active null while none is loaded
 * @property {string|null} adapter name of the GPU in use
 * @property {boolean} software whether that GPU is a program on the processor
 * @property {"off"|"waiting"|"running"|"decided"} race "off" where there is nothing to choose
 * @property {Speeds} speeds what the race measured
 * @property {number|null} memory bytes of the module's memory
 * @property {(Outcome & Pace)|null} last what the last text cost
 * @property {string|null} note why the model does not run where one might expect it to
 */

/**
 * What the race between the backends measured.
 * @typedef {object} Speeds
 * @property {Speed} [webgpu] of the GPU
 * @property {Speed} [cpu] of the processor
 */

/**
 * How fast a text was read.
 * @typedef {object} Pace
 * @property {number|null} piecesPerSecond word-pieces through the model in a second; null where there were none
 */

// Failures in a row, without a sentence between them, after which the work is given up.
const PATIENCE = 2;

/** The backends of one extractor: which is used, which races it, and what follows when one fails. */
export class Fleet {
  #source;
  #wish;
  #cache;
  #onProgress;
  #worker;
  #tell;
  /** @type {Backend|null} */ active = null;
  /** @type {Promise<Backend|null>|null} */ #opening = null;
  /** @type {Promise<void>|null} */ #racing = null;
  #measuring = false;
  /** The readings under way. @type {Set<{pause: () => void, ended: Promise<void>}>} */ #runs = new Set();
  #failures = 0;
  /** Backends that are gone and seen to. @type {WeakSet<Backend>} */ #mourned = new WeakSet();
  #life = new AbortController();
  #freed = false;
  /** @type {Backends} */ #backends = { active: null, adapter: null, software: false, race: "off", speeds: {}, memory: null, last: null, note: null };

  /**
   * @param {import("./source.js").Source} source
   * @param {{backend: import("./backend.js").Wish, cache: number|undefined, onProgress: (progress: LoadProgress) => void, worker: () => Worker}} options
   * @param {(name: string, detail?: any) => void} tell dispatches an event
   */
  constructor(source, { backend, cache, onProgress, worker }, tell) {
    this.#source = source;
    this.#wish = backend;
    this.#cache = cache;
    this.#onProgress = onProgress;
    this.#worker = worker;
    this.#tell = tell;
  }

  /** @returns {Backends} */
  get report() {
    return { ...this.#backends, memory: this.active?.memory ?? null };
  }

  /** The backend to ask, loaded if need be; null when that was aborted. @param {AbortSignal} [signal] */
  async ready(signal) {
    if (this.#measuring) await Promise.race([this.#racing, aborted(signal)]);
    while (!this.active) {
      if (this.#freed) throw new SpanlightError("freed", "The extractor was freed.");
      if (signal?.aborted) return null;
      this.#opening ??= this.#open(signal).finally(() => (this.#opening = null));
      try {
        await Promise.race([this.#opening, aborted(signal)]);
      } catch (error) {
        // Whoever began to open may have lost interest; the next one does it then.
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
    /** @type {Backend|null} */ let backend = null;
    /** @param {"crashed"|"stubborn"|"ended"} why */
    const onEnd = (why) => {
      if (backend && backend === this.active) this.#lose(backend, why);
    };
    [backend] = await Promise.all([
      Backend.load(this.#worker, { parts, backend: wish, cache: this.#cache }, either(signal, this.#life.signal), onProgress, onEnd),
      this.#source.keep(),
    ]);
    return backend;
  }

  /** @param {Backend} backend @param {number} loading ms */
  #take(backend, loading) {
    const { info } = backend;
    this.active = backend;
    const open = this.#wish === "auto" && info.backend === "webgpu" && !info.software && this.#backends.race === "off";
    if (open) this.#backends.race = "waiting";
    // A rival will need the bytes.
    if (this.#backends.race !== "waiting") this.#source.release();
    const { adapter, software } = info;
    this.note({ active: info.backend, adapter, software, note: info.note ?? this.#backends.note });
    this.#tell("loaded", { info, loading });
  }

  /** @param {Backend} backend @param {"crashed"|"stubborn"|"ended"} why */
  #lose(backend, why) {
    // What was ended on purpose is no failure.
    if (why === "stubborn") this.#mourned.add(backend);
    this.active = null;
    this.note({ active: null });
    if (why === "stubborn") this.#tell("stopped");
  }

  /**
   * Sees to it that the work can go on after a failure.
   * @param {Backend} backend @param {any} error
   * @throws the error, if it is no failure of the backend, or if nothing helps
   */
  replace(backend, error) {
    const { backend: kind } = backend.info;
    const lost = error instanceof Crash || (kind === "webgpu" && error.code === "device");
    if (this.#freed || !lost) throw error;
    if (this.#mourned.has(backend)) return;
    this.#mourned.add(backend);
    if (this.active === backend) this.active = null;
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
    this.note({ active: null, race: "off", note });
    this.#tell("fallback", error.message);
  }

  /**
   * Begins to read a text, during which a rival may be loaded; the signal says when to pause.
   * @param {Backend} backend @param {string} text @param {boolean} whole whether all of it is read
   * @returns {{pause: AbortSignal, end: () => void}}
   */
  begin(backend, text, whole) {
    const pause = new AbortController();
    let end = () => {};
    const ended = new Promise((/** @type {(value: void) => void} */ resolve) => (end = resolve));
    const run = { pause: () => pause.abort(), ended };
    this.#runs.add(run);
    ended.then(() => this.#runs.delete(run));
    if (this.#backends.race === "waiting" && whole && text.length >= LEAST) {
      this.note({ race: "running" });
      this.#racing = this.#race(backend, text).finally(() => {
        this.#racing = null;
        this.#measuring = false;
        this.#source.release();
      });
    }
    return { pause: pause.signal, end };
  }

  /** Sentences come: earlier failures are forgiven. */
  works() {
    this.#failures = 0;
  }

  /** @param {Partial<Backends>} news */
  note(news) {
    Object.assign(this.#backends, news);
    this.#tell("backends", this.report);
  }

  /** Ends everything. */
  free() {
    this.#freed = true;
    this.#life.abort();
    this.active?.end();
    this.active = null;
    this.#source.release();
  }

  /**
   * Loads a rival and lets it read while the leader does; then the leader, whose programs are compiled by
   * then, reads the same sentences, in twice the rival's time at most.
   * @param {Backend} leader @param {string} text
   */
  async #race(leader, text) {
    // A rival that cannot even load or read has lost.
    const rival = await this.#start("cpu", undefined, () => {}).catch(() => null);
    const cpu = await (rival && measure(rival, text).catch(() => null));
    if (!rival || !cpu || this.active !== leader) {
      rival?.end();
      // A leader that failed meanwhile has called the race off.
      return this.note({ race: this.#backends.race === "running" ? "decided" : this.#backends.race });
    }
    this.#measuring = true;
    for (const run of this.#runs) run.pause();
    await Promise.all([...this.#runs].map((run) => run.ended));
    try {
      const webgpu = await measure(leader, text, 2 * cpu.milliseconds);
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
        // Whoever asks the leader next meets it too.
      }
    }
  }

  /** @param {Backend} leader @param {Backend} rival @param {Speed} webgpu @param {Speed} cpu */
  #move(leader, rival, webgpu, cpu) {
    const [slow, fast] = [webgpu, cpu].map(({ piecesPerSecond }) => Math.round(piecesPerSecond));
    const note = `The processor is used: it reads ${fast} word-pieces a second here, and WebGPU ${slow > 0 ? slow : `less than ${Math.ceil(fast / 2)}`}.`;
    rival.info = { ...rival.info, note };
    this.#wish = "cpu";
    this.#mourned.add(leader);
    this.#take(rival, 0);
    leader.end(new Crash("it was replaced by a faster one"));
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
