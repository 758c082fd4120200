import { SpanlightError } from "./error.js";

// A module that computes without a pause cannot see a wish to cancel: after this time
// its worker is ended instead.
const PATIENCE = 3000;

/** The worker is gone: its module panicked, or it could not start. */
export class Crash extends SpanlightError {
  /** @param {string} message */
  constructor(message) {
    super("crashed", message);
  }
}

/**
 * Requests to one worker and their replies; `worker.js` lists them.
 * @typedef {{resolve: (reply: any) => void, reject: (error: unknown) => void, onUpdate: (message: any) => void, timer: any}} Pending
 */
export class Conversation {
  #worker;
  #onEnd;
  #next = 1;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {SpanlightError|null} */
  #ended = null;

  /** @param {Worker} worker @param {(why: "crashed"|"stubborn"|"ended") => void} onEnd called once, when the worker is gone */
  constructor(worker, onEnd) {
    this.#onEnd = onEnd;
    this.#worker = worker;
    this.#worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#crash(event.message || "its worker could not be started");
    });
    this.#worker.addEventListener("messageerror", () => this.#crash("a message of its worker was unreadable"));
  }

  /**
   * @param {object} request
   * @param {AbortSignal} [signal]
   * @param {(message: any) => void} [onUpdate] gets the messages before the reply
   * @returns {Promise<any>} the reply; null when the request was cancelled and nothing came of it
   */
  ask(request, signal, onUpdate = () => {}) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#cancel(id);
      const settle = (then) => (value) => {
        signal?.removeEventListener("abort", onAbort);
        clearTimeout(this.#pending.get(id)?.timer);
        this.#pending.delete(id);
        then(value);
      };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject), onUpdate, timer: 0 });
      signal?.addEventListener("abort", onAbort);
      this.#worker.postMessage({ id, ...request });
      if (signal?.aborted) onAbort();
    });
  }

  /** Ends the worker and frees all that it holds. @param {SpanlightError} [error] what running requests get */
  end(error = new SpanlightError("freed", "The extractor was freed.")) {
    this.#finish("ended", error, ({ reject }) => reject(error));
  }

  #hear(message) {
    if (message.kind === "crashed") return this.#crash(message.message);
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if (message.kind === "progress" || message.kind === "batch" || message.kind === "compiled") pending.onUpdate(message);
    else if (message.kind === "failed") pending.reject(new SpanlightError(message.code, message.message));
    else pending.resolve(message.kind === "cancelled" ? null : message);
  }

  #cancel(id) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#worker.postMessage({ id, kind: "cancel" });
    pending.timer = setTimeout(() => {
      const error = new Crash("it did not let itself be stopped and was ended");
      this.#finish("stubborn", error, ({ resolve, reject }, other) => (other === id ? resolve(null) : reject(error)));
    }, PATIENCE);
  }

  #crash(message) {
    const error = new Crash(message);
    this.#finish("crashed", error, ({ reject }) => reject(error));
  }

  #finish(why, error, settle) {
    if (this.#ended) return;
    this.#ended = error;
    this.#worker.terminate();
    this.#onEnd(why);
    for (const [id, pending] of [...this.#pending]) settle(pending, id);
  }
}
