/**
 * Runs one task at a time. Of the tasks started meanwhile, only the last one follows.
 * Events: "start", "end" (detail: {error: Error|null, stopped: boolean}).
 */
export class Turns extends EventTarget {
  /** @type {AbortController|null} */ #running = null;
  /** @type {{task: Task, insist: boolean}|null} */ #next = null;

  /** @typedef {(signal: AbortSignal) => Promise<void>} Task */

  get busy() {
    return this.#running !== null;
  }

  /** @param {Task} task @param {boolean} [insist] run even if the task before it failed or was stopped */
  async start(task, insist = false) {
    if (this.#running) return void (this.#next = { task, insist });
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.dispatchEvent(new Event("start"));
    const error = await task(signal).then(() => null, (reason) => reason);
    const follows = this.#next;
    this.#running = this.#next = null;
    this.dispatchEvent(new CustomEvent("end", { detail: { error, stopped: signal.aborted } }));
    if (follows && (follows.insist || !(error || signal.aborted))) this.start(follows.task);
  }

  /** Stops the running task and drops the one that would follow. */
  stop() {
    this.#next = null;
    this.#running?.abort();
  }
}
