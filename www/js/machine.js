import { Engine } from "./engine.js";

const EVENTS = ["progress", "loaded", "fallback", "stopped", "backends"];

/** Holds the engine of the current model and replaces it when the model changes. Forwards the engine's events; event
 * "changed": another engine is in use. */
export class Machine extends EventTarget {
  /** @type {Engine} */ #engine;

  /** @param {import("./settings.js").Settings} settings */
  use(settings) {
    this.#engine?.free?.();
    const engine = (this.#engine = new Engine(settings));
    for (const name of EVENTS) {
      engine.addEventListener(name, ({ detail }) => {
        if (engine === this.#engine) this.dispatchEvent(new CustomEvent(name, { detail }));
      });
    }
    this.dispatchEvent(new Event("changed"));
  }

  get info() {
    return this.#engine.info;
  }

  get backends() {
    return this.#engine.backends;
  }

  /** Whether the engine has an optional method. @param {"explain"|"evaluate"|"readGold"|"score"} what */
  can(what) {
    return typeof this.#engine[what] === "function";
  }

  load(signal) {
    return this.#engine.load(signal);
  }

  extract(text, options) {
    return this.#engine.extract(text, options);
  }

  explain(text, sentence) {
    return this.#engine.explain(text, sentence);
  }

  readGold(file) {
    return this.#engine.readGold(file);
  }

  evaluate(gold, options) {
    return this.#engine.evaluate(gold, options);
  }

  score(gold, predicted) {
    return this.#engine.score(gold, predicted);
  }
}
