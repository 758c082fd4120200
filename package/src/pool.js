/**
 * @import { Batch, ExtractOptions, Extraction, Info } from "../spanlight_web.js"
 * @import { Backend } from "./backend.js"
 */

/**
 * A sentence of a text.
 * @typedef {{index: number, start: number, end: number}} Place
 */

// Sentences for each worker in the first round; every round is twice as long as the one before.
const FIRST_ROUND = 8;
// A text of fewer sentences is read before another worker is ready.
const LONG = 24;
// Most sentences whose worker is remembered.
const REMEMBERED = 20_000;
// Most workers: more wait for memory rather than for a core.
const MOST = 8;

/** Number of workers that make the processor of this machine faster, and that its memory holds. */
export function workersThatPay() {
  const { hardwareConcurrency: cores = 1, deviceMemory: gigabytes = 4, userAgentData, userAgent } = /** @type {any} */ (navigator);
  if (userAgentData?.mobile ?? /Mobi/.test(userAgent)) return 1;
  // Of more than two cores, one is left to the page.
  return Math.max(1, Math.min(MOST, cores > 2 ? cores - 1 : cores, 2 * gigabytes));
}

/**
 * Workers with the same model that share the sentences of a text. The first does everything else; the others are started
 * for the first long text.
 */
export class Pool {
  /** @type {Backend} */ #first;
  /** @type {Set<Backend>} */ #others = new Set();
  #start;
  /** @type {Promise<void>|null} */ #growing = null;
  /** The worker that read a sentence last, and has it in its cache. @type {Map<string, Backend>} */
  #readers = new Map();
  #ended = false;

  /**
   * @param {Backend} first
   * @param {number} room number of workers
   * @param {(onEnd: () => void) => Promise<Backend|null>} start starts another worker; null if the pool has ended
   */
  constructor(first, room, start) {
    this.#first = first;
    this.#start = start;
    this.info = first.info;
    /** Number of workers that the pool may have. */
    this.room = room;
  }

  /** Number of workers that are ready. */
  get size() {
    return 1 + this.#others.size;
  }

  /** Size of the WebAssembly memory of all workers, in bytes; null if unknown. @returns {number|null} */
  get memory() {
    const { memory } = this.#first;
    return memory === null ? null : [...this.#others].reduce((sum, other) => sum + (other.memory ?? 0), memory);
  }

  /**
   * @param {any} request one of the requests listed in `worker.js`
   * @param {AbortSignal} [signal]
   * @param {(message: any) => void} [onUpdate]
   * @param {AbortSignal} [pause]
   * @returns {Promise<any>}
   */
  async ask(request, signal, onUpdate = () => {}, pause) {
    if (request.kind === "extract" && this.room > 1) return this.#extract(request, signal, onUpdate, pause);
    if (request.kind === "forget") await Promise.all([...this.#others].map((other) => other.ask(request).catch(() => {})));
    return this.#first.ask(request, signal, onUpdate, pause);
  }

  /** Starts all workers. A worker that does not start is done without. */
  grow() {
    this.#growing ??= Promise.all(Array.from({ length: this.room - 1 }, () => this.#add())).then(() => {});
    return this.#growing;
  }

  async #add() {
    /** @type {Backend|null} */ let other = null;
    let ended = false;
    const onEnd = () => {
      ended = true;
      if (other) this.#others.delete(other);
    };
    try {
      other = await this.#start(onEnd);
    } catch {
      return;
    }
    if (this.#ended) other?.end();
    else if (other && !ended) this.#others.add(other);
  }

  /** @param {import("./error.js").SpanlightError} [error] the error with which running requests reject */
  end(error) {
    this.#ended = true;
    for (const other of this.#others) other.end(error);
    this.#others.clear();
    this.#first.end(error);
  }

  /**
   * Reads a text in rounds, so that workers that become ready meanwhile join in.
   * @param {{text: string, options: ExtractOptions}} request
   * @param {AbortSignal|undefined} signal @param {(message: any) => void} onUpdate @param {AbortSignal|undefined} pause
   */
  async #extract({ text, options }, signal, onUpdate, pause) {
    const outlined = await this.#first.ask({ kind: "outline", text }, signal);
    if (!outlined) return null;
    let rest = placesOf(outlined.outline, options);
    if (rest.length === 0 || (rest.length < LONG && this.size === 1)) return this.#first.ask({ kind: "extract", text, options }, signal, onUpdate, pause);
    if (rest.length >= LONG) this.grow();
    const { from = 0, limit: _, ...same } = options;
    const end = outlined.outline[2 * (rest[rest.length - 1].index + 1)] ?? text.length;
    /** What was read so far. */
    const sum = { read: from, total: text.length, shortened: 0, computed: 0, reused: 0, pieces: 0, timing: { tokenize: 0, compute: 0, decode: 0 } };
    let cancelled = false;
    for (let size = FIRST_ROUND; rest.length > 0 && !cancelled; size *= 2) {
      const round = rest.slice(0, size * this.size);
      const reach = rest[round.length]?.start ?? end;
      const ask = (worker, only, onBatch) => worker.ask({ kind: "extract", text, options: { ...same, only } }, signal, onBatch, pause);
      const shares = this.#shares(text, round, options.reuse ?? true);
      const extractions = await this.#round(shares, sum.read, reach, ask, (sentences, read) => {
        sum.read = read;
        onUpdate({ kind: "batch", sentences, read, total: text.length });
      });
      for (const extraction of extractions) for (const what of /** @type {const} */ (["shortened", "computed", "reused", "pieces"])) sum[what] += extraction[what] ?? 0;
      // The workers compute at the same time.
      for (const what of /** @type {const} */ (["tokenize", "compute", "decode"])) sum.timing[what] += Math.max(0, ...extractions.map(({ timing }) => timing?.[what] ?? 0));
      cancelled = (signal?.aborted || pause?.aborted) ?? false;
      rest = rest.filter(({ start }) => start >= sum.read);
    }
    return { kind: "extracted", extraction: sum, cancelled, memory: this.memory };
  }

  /**
   * Lets workers read their shares of a round, and hands the sentences over in textual order. If a worker other than
   * the first is lost, the sentences from its first unread one on are left to the next round.
   * @param {Map<Backend, number[]>} shares @param {number} from @param {number} reach offsets at which the round begins and ends
   * @param {(worker: Backend, only: number[], onBatch: (batch: Batch) => void) => Promise<any>} ask
   * @param {(sentences: import("../spanlight_web.js").Sentence[], read: number) => void} hand
   * @returns {Promise<Partial<Extraction>[]>}
   */
  async #round(shares, from, reach, ask, hand) {
    /** Offset up to which each worker has delivered its sentences. */
    const heard = new Map([...shares.keys()].map((worker) => [worker, from]));
    /** @type {import("../spanlight_web.js").Sentence[]} */ let waiting = [];
    let handed = from;
    let failed = false;
    const hear = (worker) => (/** @type {Batch} */ { sentences, read }) => {
      if (failed) return;
      heard.set(worker, read);
      waiting.push(...sentences);
      const all = Math.min(reach, ...heard.values());
      if (all <= handed) return;
      handed = all;
      const ready = waiting.filter(({ start }) => start < all).sort((a, b) => a.start - b.start);
      waiting = waiting.filter(({ start }) => start >= all);
      hand(ready, all);
    };
    const asked = [...shares].map(async ([worker, only]) => {
      try {
        return await ask(worker, only, hear(worker));
      } catch (error) {
        if (worker === this.#first) {
          failed = true;
          throw error;
        }
        this.#others.delete(worker);
        worker.end();
        return null;
      }
    });
    return (await Promise.all(asked)).flatMap((reply) => reply?.extraction ?? []);
  }

  /**
   * Shares sentences among the workers: one that was read before goes to the worker that has it in its cache, any other
   * to the one with the least to read.
   * @param {string} text @param {Place[]} round @param {boolean} reuse
   * @returns {Map<Backend, number[]>} the indices of the sentences of each worker
   */
  #shares(text, round, reuse) {
    const open = [this.#first, ...this.#others].map((worker) => ({ worker, length: 0, only: /** @type {number[]} */ ([]) }));
    if (this.#readers.size + round.length > REMEMBERED) this.#readers.clear();
    for (const { index, start, end } of round) {
      const sentence = text.slice(start, end);
      const known = reuse ? open.find(({ worker }) => worker === this.#readers.get(sentence)) : undefined;
      const share = known ?? open.reduce((least, other) => (other.length < least.length ? other : least));
      if (!known) share.length += end - start;
      share.only.push(index);
      this.#readers.set(sentence, share.worker);
    }
    return new Map(open.filter(({ only }) => only.length > 0).map(({ worker, only }) => [worker, only]));
  }
}

/**
 * The sentences that the options ask for.
 * @param {Uint32Array} outline start and end of every sentence
 * @param {ExtractOptions} options
 * @returns {Place[]}
 */
function placesOf(outline, { from = 0, limit = Infinity }) {
  const places = [];
  for (let index = 0; 2 * index < outline.length && places.length < limit; index++) {
    const [start, end] = outline.subarray(2 * index, 2 * index + 2);
    if (start >= from) places.push({ index, start, end });
  }
  return places;
}
