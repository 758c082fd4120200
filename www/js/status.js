import { byId, make } from "./dom.js";
import { count, duration, parameters } from "./format.js";
import { readable } from "./schema.js";

/** The panel and the line that say what runs, where, and how long it took. */
export class Status {
  #facts = new Map();

  constructor() {
    this.#set("Model", "not loaded yet");
  }

  /** @param {import("./engine.js").Info} info @param {number} loading ms */
  loaded(info, loading) {
    this.#facts.clear();
    this.#set("Model", `${info.model} (format ${info.format})`);
    this.#set("Size", `${parameters(info.parameters)} parameters`);
    this.#set("Backend", backend(info));
    if (info.adapter) this.#set("Adapter", info.adapter);
    this.#set("Loaded in", duration(loading));
    this.#set("Finds", info.entities.map(readable).join(", "));
    this.#set("Links by", info.relations.map(readable).join(", "));
    this.line("ready", `Ready: ${sentence(info)}.`);
  }

  /** @param {import("./engine.js").Timing} timing @param {number} characters */
  ran(timing, characters) {
    const total = timing.tokenize + timing.compute + timing.decode;
    this.#set("Splitting into words", duration(timing.tokenize));
    this.#set("Computing", duration(timing.compute));
    this.#set("Choosing spans", duration(timing.decode));
    if (total > 0) this.#set("Speed", `${count(Math.round((characters * 1000) / total))} characters a second`);
  }

  /** @param {"ready"|"waiting"|"failed"} state @param {string} text */
  line(state, text) {
    const line = byId("engine-line");
    line.hidden = false;
    line.dataset.state = state;
    line.replaceChildren(make("span", { className: "dot", ariaHidden: "true" }), text);
  }

  #set(name, value) {
    this.#facts.set(name, value);
    byId("status").replaceChildren(
      ...[...this.#facts].map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text))),
    );
  }
}

/** @param {import("./engine.js").Info} info */
function backend({ backend, software }) {
  if (backend === "cpu") return "Processor (CPU)";
  return software ? "WebGPU on a software adapter" : "WebGPU";
}

/** @param {import("./engine.js").Info} info */
export function sentence({ backend, adapter, software }) {
  if (backend === "cpu") return "it runs on the processor";
  const name = adapter ? ` (${adapter})` : "";
  return software ? `it runs on WebGPU, but on a software adapter${name}` : `it runs on WebGPU${name}`;
}
