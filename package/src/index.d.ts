/**
 * The API for pages: `import { Extractor } from "spanlight"`.
 * @module spanlight
 */

// The types of index.js, written by hand: JSDoc cannot re-export a type, only alias it, and an alias loses the
// documentation of the type.

export { SpanlightError } from "./error.js";
export { Extractor } from "./extractor.js";

export type {
  Attention,
  Batch,
  Counts,
  Difference,
  Entity,
  EntityAlternative,
  Evaluation,
  ExtractOptions,
  Gold,
  GoldEntity,
  GoldFile,
  GoldFormat,
  GoldPart,
  GoldRelation,
  GoldSentence,
  Info,
  Prediction,
  Relation,
  RelationAlternative,
  Report,
  Scores,
  Sentence,
  SentenceDifferences,
  Timing,
} from "../spanlight_web.js";
export type { LoadProgress } from "./backend.js";
export type { ByteArray, Parts } from "./bundle.js";
export type { ErrorCode } from "./error.js";
export type { Abortable, EvaluateOptions, Listener, LoadOptions, Progress } from "./extractor.js";
export type { Backends, Pace, Speeds } from "./fleet.js";
export type { Speed } from "./race.js";
export type { Outcome } from "./tally.js";
