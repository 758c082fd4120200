/**
 * The cause of an error:
 * - "network": a file could not be fetched;
 * - "bundle": a file of the model is damaged, of a newer format, or not a model file;
 * - "engine": the WebAssembly module could not be started;
 * - "device": the GPU failed, and so did the CPU in its place;
 * - "crashed": the module crashed repeatedly, on the CPU too, perhaps for lack of memory;
 * - "data": an annotated file or sentence is malformed;
 * - "argument": an argument has a wrong type or value;
 * - "freed": the extractor was freed.
 * @typedef {"network"|"bundle"|"engine"|"device"|"crashed"|"data"|"argument"|"freed"} ErrorCode
 */

/** The error of every failure except an abort, which rejects with the signal's reason. */
export class SpanlightError extends Error {
  /** @param {ErrorCode} code the cause @param {string} message what happened and what to do @param {string} [cause] what the browser said, for developers */
  constructor(code, message, cause) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "SpanlightError";
    /** The cause. */
    this.code = code;
  }
}
