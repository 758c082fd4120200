const whenIdle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));

/** When work is done that need not be done at once. */
export class Schedule {
  #frame = 0;
  #idle = false;
  #next = 0;

  /** Before the next frame, once. @param {() => void} work */
  soon(work) {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      work();
    });
  }

  /**
   * For one place after the other while there is nothing else to do; asked again, it begins anew.
   * @param {() => number} count of the places, which may change meanwhile
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
