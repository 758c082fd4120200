// A module that computes without a pause cannot see a wish to cancel: after this time
// its worker is ended instead.
const PATIENCE = 3000;

const ADDRESS = new URL("../worker.js", import.meta.url).href;

// The policy can say one address only, so no text ever becomes a script's address.
const POLICY = globalThis.trustedTypes?.createPolicy("spanlight", { createScriptURL: () => ADDRESS });

/** The worker is gone: its module panicked, or it could not start. */
export class Crash extends Error {}

/** Requests to one worker and their replies. Event "stopped": a cancelled request would not end. */
export class Conversation extends EventTarget {
  #worker;
  #pending = new Map();
  #next = 1;
  #onEnd;

  /** @param {() => void} onEnd called once, when the worker is gone */
  constructor(onEnd) {
    super();
    this.#onEnd = onEnd;
    this.#worker = new Worker(POLICY?.createScriptURL("") ?? ADDRESS, { type: "module", name: "spanlight" });
    this.#worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#crash(event.message || "its worker could not be started");
    });
    this.#worker.addEventListener("messageerror", () => this.#crash("a message of its worker was unreadable"));
  }

  /**
   * @param {object} request
   * @param {AbortSignal|undefined} signal
   * @param {(message: object) => void} onUpdate gets the progress and batch messages
   * @returns {Promise<object|null>} the reply; null when the request was cancelled
   */
  ask(request, signal, onUpdate) {
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

  /** Ends the worker; nothing is heard of it afterwards. */
  end() {
    this.#worker.terminate();
    this.#onEnd();
  }

  #hear(message) {
    if (message.kind === "crashed") return this.#crash(message.message);
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if (message.kind === "progress" || message.kind === "batch") pending.onUpdate(message);
    else if (message.kind === "failed") pending.reject(new Error(message.message));
    else pending.resolve(message.kind === "cancelled" ? null : message);
  }

  #cancel(id) {
    const pending = this.#pending.get(id);
    this.#worker.postMessage({ id, kind: "cancel" });
    pending.timer = setTimeout(() => {
      this.end();
      for (const { resolve } of [...this.#pending.values()]) resolve(null);
      this.dispatchEvent(new Event("stopped"));
    }, PATIENCE);
  }

  #crash(message) {
    this.end();
    for (const { reject } of [...this.#pending.values()]) reject(new Crash(message));
  }
}
