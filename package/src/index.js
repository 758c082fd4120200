// Entities and relations in text, read in the browser on WebGPU or the processor.

export { SpanlightError } from "./error.js";
export { Extractor } from "./extractor.js";
