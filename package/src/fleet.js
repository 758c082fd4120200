import { Backend } from "./backend.js";
import { Crash } from "./conversation.js";
import { SpanlightError } from "./error.js";
import { LEAST, race } from "./race.js";

/**
 * @typedef {import("./backend.js").LoadProgress} LoadProgress
 * @typedef {import("./race.js").Speed} Speed
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
  /** What pauses the readings under way. @type {Set<() => void>} */ #pauses = new Set();
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
   * @param {Backend} backend @param {string} text @param {AbortSignal} [signal] the caller's
   * @returns {{signal: AbortSignal, end: () => void}}
   */
  begin(backend, text, signal) {
    const run = new AbortController();
    const stop = () => run.abort();
    signal?.addEventListener("abort", stop);
    this.#pauses.add(stop);
    if (this.#backends.race === "waiting" && text.length >= LEAST) {
      this.note({ race: "running" });
      this.#racing = this.#race(backend, text).finally(() => {
        this.#racing = null;
        this.#measuring = false;
        this.#source.release();
      });
    }
    const end = () => {
      signal?.removeEventListener("abort", stop);
      this.#pauses.delete(stop);
    };
    return { signal: run.signal, end };
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

  /** @param {Backend} leader @param {string} text */
  async #race(leader, text) {
    // A rival that cannot even be loaded has lost.
    const rival = await this.#start("cpu", undefined, () => {}).catch(() => null);
    if (!rival || this.active !== leader) {
      rival?.end();
      return this.note({ race: "decided" });
    }
    this.#measuring = true;
    for (const pause of this.#pauses) pause();
    try {
      const { faster, speeds } = await race(leader, rival, text);
      this.note({ race: "decided", speeds });
      if (faster === rival && !this.#freed) this.#move(leader, rival, speeds);
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

  /** @param {Backend} leader @param {Backend} rival @param {{webgpu?: Speed, cpu?: Speed}} speeds */
  #move(leader, rival, { webgpu, cpu }) {
    const [gpu, processor] = [webgpu, cpu].map((speed) => Math.round(speed?.piecesPerSecond ?? 0));
    const note = `The processor is used: it reads ${processor} word-pieces a second here, and WebGPU ${gpu}.`;
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
