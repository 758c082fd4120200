import { Conversation } from "./conversation.js";

/**
 * @import { Info } from "../spanlight_web.js"
 * @typedef {"auto"|"webgpu"|"cpu"} Wish
 */

/**
 * How far the loading of a model is.
 * @typedef {object} LoadProgress
 * @property {"download"|"engine"|"verify"|"device"|"weights"|"selftest"} stage what is being done
 * @property {number} done so much of it; bytes, while the model is downloaded
 * @property {number} total all of it
 * @property {number} [fresh] bytes that came over the network, and not from where the browser keeps them
 */

// Compiled once a page: workers can share it.
/** @type {WebAssembly.Module|null} */
let compiled = null;

/** A model in a worker of its own, whose end frees all that it holds. */
export class Backend {
  #conversation;

  /** @param {Conversation} conversation @param {{info: Info, memory: number|null}} loaded */
  constructor(conversation, { info, memory }) {
    this.#conversation = conversation;
    this.info = info;
    /** Bytes of the module's memory. */
    this.memory = memory;
  }

  /**
   * @param {() => Worker} worker
   * @param {{parts: import("./bundle.js").Parts, backend: Wish, cache: number|undefined}} request
   * @param {AbortSignal|undefined} signal
   * @param {(progress: LoadProgress) => void} onProgress
   * @param {(why: "crashed"|"stubborn"|"ended") => void} onEnd
   * @returns {Promise<Backend|null>} null when it was aborted
   */
  static async load(worker, request, signal, onProgress, onEnd) {
    const conversation = new Conversation(worker(), onEnd);
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
   * @param {object} request one of `worker.js`
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

  /** @param {import("./error.js").SpanlightError} [error] what running requests get */
  end(error) {
    this.#conversation.end(error);
  }
}
