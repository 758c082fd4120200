import { SpanlightError } from "./error.js";

// Milliseconds that a cancelled request has to end. A module that computes without a pause never sees the
// cancellation; its worker is then terminated.
const PATIENCE = 3000;

/** The worker is gone: its module panicked, it could not start, or it was terminated. */
export class Crash extends SpanlightError {
  /** @param {string} message @param {string} [cause] what the browser said, for developers */
  constructor(message, cause) {
    super("crashed", message, cause);
  }
}

/**
 * Sends requests to one worker and receives the replies; `worker.js` lists both.
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

  /** @param {Worker} worker @param {(why: "crashed"|"unresponsive"|"ended") => void} onEnd called once, when the worker is gone */
  constructor(worker, onEnd) {
    this.#onEnd = onEnd;
    this.#worker = worker;
    this.#worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#crash(event.message || "the worker could not be started");
    });
    this.#worker.addEventListener("messageerror", () => this.#crash("a message from the worker was unreadable"));
  }

  /**
   * @param {object} request
   * @param {AbortSignal} [signal] cancels the request; a worker that does not react is terminated
   * @param {(message: any) => void} [onUpdate] receives the messages that precede the reply
   * @param {AbortSignal} [pause] cancels the request as soon as the worker reacts, however late
   * @returns {Promise<any>} the reply; null if the request was cancelled without a result
   */
  ask(request, signal, onUpdate = () => {}, pause) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#cancel(id);
      const onPause = () => this.#worker.postMessage({ id, kind: "cancel" });
      const settle = (then) => (value) => {
        signal?.removeEventListener("abort", onAbort);
        pause?.removeEventListener("abort", onPause);
        clearTimeout(this.#pending.get(id)?.timer);
        this.#pending.delete(id);
        then(value);
      };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject), onUpdate, timer: 0 });
      signal?.addEventListener("abort", onAbort);
      pause?.addEventListener("abort", onPause);
      this.#worker.postMessage({ id, ...request });
      if (signal?.aborted) onAbort();
    });
  }

  /** Terminates the worker, which frees its memory. @param {SpanlightError} [error] the error with which running requests reject */
  end(error = new SpanlightError("freed", "The extractor was freed.")) {
    this.#finish("ended", error, ({ reject }) => reject(error));
  }

  #hear(message) {
    if (message.kind === "crashed") return this.#crash(message.message);
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if (message.kind === "progress" || message.kind === "batch" || message.kind === "compiled") pending.onUpdate(message);
    else if (message.kind === "failed") pending.reject(new SpanlightError(message.code, message.message, message.cause));
    else pending.resolve(message.kind === "cancelled" ? null : message);
  }

  #cancel(id) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#worker.postMessage({ id, kind: "cancel" });
    pending.timer = setTimeout(() => {
      const error = new Crash("The engine did not react to a cancellation and was ended. Try again.");
      this.#finish("unresponsive", error, ({ resolve, reject }, other) => (other === id ? resolve(null) : reject(error)));
    }, PATIENCE);
  }

  /** @param {string} cause */
  #crash(cause) {
    // What the browser says, such as "unreachable executed", helps no reader.
    const error = new Crash("The engine stopped unexpectedly. Try again, with a shorter text if it stops again: it may lack memory.", cause);
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
