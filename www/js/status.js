import { byId, make } from "./dom.js";
import { count, duration, parameters } from "./format.js";
import { readable } from "./document/schema.js";

/** The facts that are lists, which get rows of their own after the others. */
const LISTS = new Set(["Finds", "Links by"]);
const OFFLINE = { ready: "yes", update: "yes; a newer version is ready", failed: "no: it could not be prepared" };

/** The panel and the line with the model, the backend and the times. */
export class Status {
  #facts = new Map();

  constructor() {
    this.#set("Model", "not loaded yet");
  }

  /** @param {import("./engine.js").Info} info @param {number} loading ms */
  loaded(info, loading) {
    this.#set("Model", `${info.model} (format ${info.format})`);
    this.#set("Size", `${parameters(info.parameters)} parameters`);
    this.#set("Runs on", backend(info));
    this.#set("Adapter", info.adapter);
    this.#set("Loaded in", duration(loading));
    this.#set("Finds", info.entities.map(readable).join(", "));
    this.#set("Links by", info.relations.map(readable).join(", "));
    this.line("ready", `Ready: ${sentence(info)}.`);
  }

  /** @param {object} backends the `backends` of the engine */
  race({ race, speeds, note }) {
    const speed = (one) => `${count(Math.round(one.piecesPerSecond))} word-pieces a second`;
    const known = [["WebGPU", speeds?.webgpu], ["processor", speeds?.cpu]].filter(([, one]) => one);
    const state = { waiting: "not measured yet", running: "being measured" }[race];
    this.#set("Speeds measured", known.length > 0 ? known.map(([name, one]) => `${name}: ${speed(one)}`).join("; ") : (state ?? null));
    this.#set("Note", note);
  }

  /** @param {"unsupported"|"installing"|"ready"|"update"|"failed"} state */
  offline(state) {
    this.#set("Works without a network", OFFLINE[state] ?? null);
  }

  /** @param {import("./engine.js").Outcome} outcome @param {number} characters */
  ran({ timing, read, computed, reused, memory }, characters) {
    if (timing) {
      const total = timing.tokenize + timing.compute + timing.decode;
      this.#set("Splitting into words", duration(timing.tokenize));
      this.#set("Computing", duration(timing.compute));
      this.#set("Choosing spans", duration(timing.decode));
      if (total > 0 && computed !== 0) this.#set("Speed", `${count(Math.round((Math.min(read, characters) * 1000) / total))} characters a second`);
    }
    if (computed !== undefined) this.#set("Sentences", reused > 0 ? `${count(computed)} computed, ${count(reused)} known from before` : `${count(computed)} computed`);
    if (memory) this.#set("Memory", `${count(Math.round(memory / 1e6))} MB`);
  }

  /** @param {"ready"|"waiting"|"failed"} state @param {string} text */
  line(state, text) {
    const line = byId("engine-line");
    line.hidden = false;
    line.dataset.state = state;
    line.replaceChildren(make("span", { className: "dot", ariaHidden: "true" }), text);
  }

  #set(name, value) {
    if (value === null || value === undefined) this.#facts.delete(name);
    else this.#facts.set(name, value);
    byId("status").replaceChildren(
      ...[...this.#facts].map(([term, text]) => make("div", { className: LISTS.has(term) ? "list" : "" }, make("dt", {}, term), make("dd", {}, text))),
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
