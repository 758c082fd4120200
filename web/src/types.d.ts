// The types of arguments and results; wasm-bindgen adds this file to spanlight_web.d.ts.

/** Options of loading a model. */
export interface LoadOptions {
  /** "auto" (the default) uses WebGPU if there is a GPU, else the CPU. */
  backend?: "auto" | "webgpu" | "cpu";
  /** Size of the sentence cache in bytes; 16 MiB by default. After an edit, only changed sentences are computed. */
  cache?: number;
}

/** Progress of loading a model. */
export interface LoadProgress {
  /** The stage that is running. */
  stage: "verify" | "device" | "weights" | "selftest";
  /** Finished units of the stage. */
  done: number;
  /** All units of the stage. */
  total: number;
}

/** Options of reading a text. */
export interface ExtractOptions {
  /** Entities and relations below this score are left out; 0 by default. */
  threshold?: number;
  /** Whether to add alternatives, borders and attention to entities and relations; false by default. */
  evidence?: boolean;
  /** Adds rejected candidates, marked `rejected`, whose best label has at least this score; none by default. */
  candidates?: number;
  /** Sentences that start before this offset are skipped. */
  from?: number;
  /** Largest number of sentences to read. */
  limit?: number;
  /** Whether to use the sentence cache; true by default. */
  reuse?: boolean;
  /** Reads only the sentences with these indices in `outline`, in ascending order, so that several engines can share a text. */
  only?: number[];
}

/** An entity. All offsets count UTF-16 code units, as JavaScript strings do. */
export interface Entity {
  /** Offset of its first code unit in the text. */
  start: number;
  /** Offset after its last code unit. */
  end: number;
  /** One of the model's entity types. */
  type: string;
  /** The text of its span. */
  text: string;
  /** Probability that type and span are correct, if the model is calibrated; else probability of the type, given the span. */
  score: number;
  /** Set if "no entity" is more probable; only with `candidates`. */
  rejected?: true;
  /** The best types, the best first; only with `evidence`. */
  alternatives?: EntityAlternative[];
  /** Probability that the span is correct; only with `evidence`, and only from a calibrated model. */
  borders?: number;
}

/** An alternative type of an entity. */
export interface EntityAlternative {
  /** `null` for "no entity". */
  type: string | null;
  /** Its probability, given the span. */
  score: number;
}

/** A relation between two entities of a sentence. */
export interface Relation {
  /** Index of its first argument in the sentence's entities. */
  head: number;
  /** Index of its second argument there. */
  tail: number;
  /** One of the model's relation types. */
  type: string;
  /**
   * Probability that type, direction and both spans are correct, if the model is calibrated; else probability of type
   * and direction, given both spans. The direction does not count if the type is symmetric, unless `rejected` is set.
   */
  score: number;
  /** Set if "no relation" is more probable; only with `candidates`. */
  rejected?: true;
  /** The attention weights of the span-pair encoder; only with `evidence`. */
  attention?: Attention;
  /** The best types and directions, the best first; only with `evidence`. */
  alternatives?: RelationAlternative[];
}

/** An alternative type and direction of a relation. */
export interface RelationAlternative {
  /** `null` for "no relation". */
  type: string | null;
  /** Index of its first argument in the sentence's entities. */
  head: number;
  /** Index of its second argument there. */
  tail: number;
  /** Its probability, given both arguments. */
  score: number;
}

/** The attention of the span-pair encoder for a relation: five weights with the sum 1. */
export interface Attention {
  /** Weight of the words left of both arguments. */
  left: number;
  /** Weight of the first argument. */
  head: number;
  /** Weight of the words between the arguments. */
  middle: number;
  /** Weight of the second argument. */
  tail: number;
  /** Weight of the words right of both arguments. */
  right: number;
}

/** A sentence with its entities and relations. */
export interface Sentence {
  /** Offset of its first code unit in the text. */
  start: number;
  /** Offset after its last code unit. */
  end: number;
  /** Its entities, in textual order. */
  entities: Entity[];
  /** Relations between these entities. */
  relations: Relation[];
}

/** A batch of finished sentences of a text. */
export interface Batch {
  /** Finished sentences in textual order; may be empty. */
  sentences: Sentence[];
  /** Offset up to which the text is read. */
  read: number;
  /** Length of the text. */
  total: number;
}

/** Times in milliseconds. */
export interface Timing {
  /** Splitting the text into sentences, words and word-pieces. */
  tokenize: number;
  /** Running the model. */
  compute: number;
  /** Decoding entities and relations from the logits. */
  decode: number;
}

/** The result of reading a text. */
export interface Extraction {
  /** The finished sentences, in textual order. */
  sentences: Sentence[];
  /** Offset up to which the text was read; less than `total` if the extraction was cancelled. */
  read: number;
  /** Length of the text. */
  total: number;
  /** Number of words that were too long, of which only the beginning was read. */
  shortened: number;
  /** Number of sentences that went through the model. */
  computed: number;
  /** Number of sentences that came from the sentence cache. */
  reused: number;
  /** Number of word-pieces that went through the model. */
  pieces: number;
  /** Times of the extraction. */
  timing: Timing;
}

/** A format of annotated files. */
export type GoldFormat = "dygie" | "spert" | "pspe" | "arnor" | "redocred" | "re3d" | "knowledgenet";

/** An annotated file: JSON lines, or one JSON array. */
export interface GoldFile {
  /** Its name, with which error messages begin. */
  name: string;
  /** Its content. */
  text: string;
  /** "auto" (the default) recognises the format from the first record. */
  format?: "auto" | GoldFormat;
  /** Companion files: entities.json and relations.json of re3d. */
  parts?: GoldPart[];
}

/** A companion file of an annotated file. */
export interface GoldPart {
  /** Its name. */
  name: string;
  /** Its content. */
  text: string;
}

/** The content of an annotated file. */
export interface Gold {
  /** The format as which the file was read. */
  format: GoldFormat;
  /** The sentences; empty ones are left out. */
  sentences: GoldSentence[];
  /** One message, with file and place, for each annotation that was left out because the task cannot express it. */
  defects: string[];
}

/** An annotated sentence. */
export interface GoldSentence {
  /** The document that contains the sentence. */
  document: string;
  /** Index of the sentence in its document. */
  index: number;
  /** The words; none is an empty string. */
  words: string[];
  /** The entities, which may nest and overlap. */
  entities: GoldEntity[];
  /** Relations between these entities. */
  relations: GoldRelation[];
}

/** An entity of an annotated sentence, with offsets in words. */
export interface GoldEntity {
  /** Index of its first word. */
  start: number;
  /** Index after its last word. */
  end: number;
  /** Its type. */
  label: string;
}

/** A relation of an annotated sentence. */
export interface GoldRelation {
  /** Index of its first argument in the sentence's entities. */
  head: number;
  /** Index of its second argument there. */
  tail: number;
  /** Its type. */
  label: string;
}

/** The predictions for an annotated sentence, with offsets in words. */
export interface Prediction {
  /** The detected spans, before typing: [index of the first word, index after the last word]. */
  spans: [number, number][];
  /** The spans that received an entity type. */
  entities: GoldEntity[];
  /** Relations between these entities. */
  relations: GoldRelation[];
}

/** Agreement of predictions with gold annotations. */
export interface Counts {
  /** Precision, from 0 to 1. */
  p: number;
  /** Recall, from 0 to 1. */
  r: number;
  /** F1: the harmonic mean of precision and recall. */
  f1: number;
  /** Number of gold annotations. */
  gold: number;
  /** Number of predictions. */
  pred: number;
  /** Number of true positives. */
  tp: number;
}

/** The scores under one protocol. */
export interface Scores {
  /** Span borders only, before typing. */
  span: Counts;
  /** Entity type and both borders. */
  entity: Counts;
  /** Relation type, order, and both borders of both arguments (boundary F1). */
  relation: Counts;
  /** As `relation`, plus the entity types of both arguments (strict F1). */
  strict: Counts;
  /** `entity`, `relation` and `strict` for each type. */
  by_type: Record<"entity" | "relation" | "strict", Record<string, Counts>>;
}

/** What `spanlight evaluate --json` prints, without its `scores`. */
export interface Report {
  /** Counts all annotations. */
  full: Scores;
  /** Counts the annotations that the data reader of the paper's code keeps. */
  reference: Scores;
  /** Counts all annotations; the arguments of symmetric relations may be swapped. */
  symmetric: Scores;
}

/** A difference between predictions and gold annotations. */
export interface Difference {
  /** Whether an entity or a relation differs. */
  what: "entity" | "relation";
  /**
   * The kind of error: no prediction ("missed"), no gold annotation ("spurious"), a wrong type, one or two wrong
   * borders, a wrong order of the arguments ("direction"), or only wrong entity types of the arguments.
   */
  kind: "missed" | "spurious" | "type" | "border" | "direction" | "arguments";
  /** Index into the sentence's gold entities or relations; `null` if it is spurious. */
  gold: number | null;
  /** Index into the predicted entities or relations; `null` if it was missed. */
  predicted: number | null;
}

/** The errors of a sentence. */
export interface SentenceDifferences {
  /** Index into the annotated sentences. */
  sentence: number;
  /** The errors, those of entities first. */
  errors: Difference[];
}

/** Predictions compared with gold annotations. */
export interface Evaluation {
  /** Precision, recall and F1 under every protocol. */
  report: Report;
  /** The errors of the sentences in which predictions and gold annotations differ. */
  errors: SentenceDifferences[];
  /** The predictions, one for each annotated sentence. */
  predictions: Prediction[];
}

/** Information about a loaded model. */
export interface Info {
  /** Its name. */
  model: string;
  /** Format version of its bundle. */
  format: number;
  /** Its entity types. */
  entities: string[];
  /** Its relation types. */
  relations: string[];
  /** The relation types whose arguments may be swapped. */
  symmetric: string[];
  /** The backend on which it computes. */
  backend: "webgpu" | "cpu";
  /** Name of the WebGPU adapter in use. */
  adapter: string | null;
  /** Whether that is a software adapter, which computes on the CPU. */
  software: boolean;
  /** Why the model does not run on the preferred backend. */
  note: string | null;
  /** Number of weights. */
  parameters: number;
}
