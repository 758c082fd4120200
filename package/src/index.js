// Entities and relations in scientific text, read in the browser on WebGPU or the processor.

/**
 * @typedef {import("../spanlight_web.js").Info} Info
 * @typedef {import("../spanlight_web.js").Sentence} Sentence
 * @typedef {import("../spanlight_web.js").Entity} Entity
 * @typedef {import("../spanlight_web.js").Relation} Relation
 * @typedef {import("../spanlight_web.js").Attention} Attention
 * @typedef {import("../spanlight_web.js").Batch} Batch
 * @typedef {import("../spanlight_web.js").ExtractOptions} ExtractOptions
 * @typedef {import("../spanlight_web.js").GoldSentence} GoldSentence
 * @typedef {import("../spanlight_web.js").Prediction} Prediction
 * @typedef {import("../spanlight_web.js").Evaluation} Evaluation
 * @typedef {import("../spanlight_web.js").Report} Report
 * @typedef {import("../spanlight_web.js").Difference} Difference
 * @typedef {import("./extractor.js").LoadOptions} LoadOptions
 * @typedef {import("./backend.js").LoadProgress} LoadProgress
 * @typedef {import("./fleet.js").Backends} Backends
 * @typedef {import("./race.js").Speed} Speed
 * @typedef {import("./tally.js").Outcome} Outcome
 * @typedef {import("./gold.js").Gold} Gold
 * @typedef {import("./error.js").ErrorCode} ErrorCode
 */

export { SpanlightError } from "./error.js";
export { Extractor } from "./extractor.js";
