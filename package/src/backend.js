import { Conversation } from "./conversation.js";

/**
 * @import { Info } from "../spanlight_web.js"
 * @typedef {"auto"|"webgpu"|"cpu"} Preference
 */

/**
 * Progress of loading a model.
 * @typedef {object} LoadProgress
 * @property {"download"|"engine"|"verify"|"device"|"weights"|"selftest"} stage the stage that is running
 * @property {number} done finished units of the stage; bytes during "download"
 * @property {number} total all units of the stage
 * @property {number} [fresh] during "download", the bytes that came over the network and not from the browser's cache
 */

// Compiled once per page; all workers share it.
/** @type {WebAssembly.Module|null} */
let compiled = null;

/** A model in a worker of its own. Ending the worker frees the memory of both. */
export class Backend {
  #conversation;

  /** @param {Conversation} conversation @param {{info: Info, memory: number|null}} loaded */
  constructor(conversation, { info, memory }) {
    this.#conversation = conversation;
    this.info = info;
    /** Size of the WebAssembly memory, in bytes. */
    this.memory = memory;
  }

  /**
   * @param {() => Worker} worker
   * @param {{parts: import("./bundle.js").Parts, backend: Preference, cache: number|undefined}} request
   * @param {{signal: AbortSignal|undefined, life: AbortSignal}} ends `signal` asks the worker to stop; `life` ends it at once
   * @param {(progress: LoadProgress) => void} onProgress
   * @param {(why: "crashed"|"unresponsive"|"ended") => void} onEnd
   * @returns {Promise<Backend|null>} null if the load was aborted
   */
  static async load(worker, request, { signal, life }, onProgress, onEnd) {
    const conversation = new Conversation(worker(), onEnd);
    life.addEventListener("abort", () => conversation.end());
    const onUpdate = (message) => {
      if (message.kind === "compiled") compiled = message.module;
      else onProgress({ stage: message.stage, done: message.done, total: message.total });
    };
    try {
      const reply = await conversation.ask({ kind: "load", module: compiled, ...request }, signal, onUpdate);
      if (reply) return new Backend(conversation, reply);
      conversation.end();
      return null;
    } catch (error) {
      conversation.end();
      throw error;
    }
  }

  /**
   * @param {object} request one of the requests listed in `worker.js`
   * @param {AbortSignal} [signal]
   * @param {(message: any) => void} [onUpdate]
   * @param {AbortSignal} [pause]
   * @returns {Promise<any>}
   */
  async ask(request, signal, onUpdate, pause) {
    const reply = await this.#conversation.ask(request, signal, onUpdate, pause);
    if (reply?.memory) this.memory = reply.memory;
    return reply;
  }

  /** @param {import("./error.js").SpanlightError} [error] the error with which running requests reject */
  end(error) {
    this.#conversation.end(error);
  }
}
