// Extracts entities and relations from text in the browser, on WebGPU or the CPU.

export { SpanlightError } from "./error.js";
export { Extractor } from "./extractor.js";
