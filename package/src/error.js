/**
 * Whose fault an error is:
 * - "network": a file could not be fetched;
 * - "bundle": a model's file is damaged, too new or no model;
 * - "engine": the WebAssembly module could not be started here;
 * - "device": the GPU failed, and the processor did too;
 * - "crashed": the module ended itself, for want of memory perhaps, on the processor too;
 * - "data": annotated sentences are malformed;
 * - "argument": the caller passed something that makes no sense;
 * - "freed": the extractor was freed.
 * @typedef {"network"|"bundle"|"engine"|"device"|"crashed"|"data"|"argument"|"freed"} ErrorCode
 */

/** What can go wrong, apart from an abort, which rejects with the signal's own reason. */
export class SpanlightError extends Error {
  /** @param {ErrorCode} code whose fault it is @param {string} message what happened and what to do */
  constructor(code, message) {
    super(message);
    this.name = "SpanlightError";
    /** Whose fault it is. */
    this.code = code;
  }
}
