const whenIdle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ didTimeout: false, timeRemaining: () => 8 }), 50));

/** Schedules work that can wait. */
export class Schedule {
  #frame = 0;
  #idle = false;
  #next = 0;

  /** Runs work once before the next frame. @param {() => void} work */
  soon(work) {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      work();
    });
  }

  /**
   * Runs work for one place after the other while the browser is idle. A further call starts again at the first place.
   * @param {() => number} count returns the number of places, which may change meanwhile
   * @param {(place: number) => void} work
   */
  later(count, work) {
    this.#next = 0;
    if (this.#idle) return;
    this.#idle = true;
    const go = (deadline) => {
      for (; this.#next < count() && deadline.timeRemaining() > 2; this.#next++) work(this.#next);
      if (this.#next < count()) whenIdle(go);
      else this.#idle = false;
    };
    whenIdle(go);
  }
}
