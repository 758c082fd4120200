// The objects that the module takes and gives; this becomes a part of spanlight_web.d.ts.

/** How to load a model. */
export interface LoadOptions {
  /** "auto" (the default) takes WebGPU where there is a graphics card, and the processor elsewhere. */
  backend?: "auto" | "webgpu" | "cpu";
  /** Bytes of memory for sentences that were read, so that edited text costs only what changed; 16 MiB by default. */
  cache?: number;
}

/** How far the loading of a model is. */
export interface LoadProgress {
  /** What is being done. */
  stage: "verify" | "device" | "weights" | "selftest";
  /** So much of it. */
  done: number;
  /** All of it. */
  total: number;
}

/** How to read a text. */
export interface ExtractOptions {
  /** Entities and relations below this score are left out; 0 by default. */
  threshold?: number;
  /** Whether entities and relations say what they were decided on; false by default. */
  evidence?: boolean;
  /** Also what the model rejects, marked so, if the score of its best label is at least this; none by default. */
  candidates?: number;
  /** Sentences that start before this offset are skipped. */
  from?: number;
  /** Most sentences to read. */
  limit?: number;
  /** Whether to take sentences that were read before from memory; true by default. */
  reuse?: boolean;
}

/** Something that the text names. All offsets count UTF-16 units of the text, as JavaScript's strings do. */
export interface Entity {
  /** Where it begins in the text. */
  start: number;
  /** Where it ends; exclusive. */
  end: number;
  /** One of the model's entity types. */
  type: string;
  /** What the text says there. */
  text: string;
  /** Probability that type and span are right, if the model is calibrated; else of the type, given the span. */
  score: number;
  /** "No entity" is more probable; only with `candidates`. */
  rejected?: true;
  /** The best types, the best first; only with `evidence`. */
  alternatives?: EntityAlternative[];
  /** Probability that the span is right; likewise, and only of a calibrated model. */
  borders?: number;
}

/** A type that an entity might have had. */
export interface EntityAlternative {
  /** `null` for "no entity". */
  type: string | null;
  /** Its probability, given the span. */
  score: number;
}

/** How two entities of a sentence relate. */
export interface Relation {
  /** Index of its first argument in the sentence's entities. */
  head: number;
  /** Index of its second argument there. */
  tail: number;
  /** One of the model's relation types. */
  type: string;
  /**
   * Probability that type, direction (unless the type is symmetric and not rejected) and both spans are right, if the model is
   * calibrated; else given both spans.
   */
  score: number;
  /** "No relation" is more probable; only with `candidates`. */
  rejected?: true;
  /** How the model weighed the words around; only with `evidence`. */
  attention?: Attention;
  /** The best types and directions, the best first; only with `evidence`. */
  alternatives?: RelationAlternative[];
}

/** A type and direction that a relation might have had. */
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

/** What the model looked at to decide on a relation: five weights that add up to 1. */
export interface Attention {
  /** Of the words left of both arguments. */
  left: number;
  /** Of the first argument. */
  head: number;
  /** Of the words between the arguments. */
  middle: number;
  /** Of the second argument. */
  tail: number;
  /** Of the words right of both arguments. */
  right: number;
}

/** A sentence with what was found in it. */
export interface Sentence {
  /** Where it begins in the text. */
  start: number;
  /** Where it ends; exclusive. */
  end: number;
  /** In textual order. */
  entities: Entity[];
  /** Between these entities. */
  relations: Relation[];
}

/** News of a text that is being read. */
export interface Batch {
  /** Newly finished sentences in textual order, perhaps none. */
  sentences: Sentence[];
  /** How much of the text is read. */
  read: number;
  /** Length of the text. */
  total: number;
}

/** Where the time went, in milliseconds. */
export interface Timing {
  /** Finding sentences, words and word-pieces. */
  tokenize: number;
  /** The model. */
  compute: number;
  /** Entities and relations from what the model computed. */
  decode: number;
}

/** A text that was read. */
export interface Extraction {
  /** In textual order. */
  sentences: Sentence[];
  /** Less than `total` if the extraction was cancelled. */
  read: number;
  /** Length of the text. */
  total: number;
  /** Words so long that only their beginning was read. */
  shortened: number;
  /** Sentences that went through the model. */
  computed: number;
  /** Sentences that were in memory. */
  reused: number;
  /** Word-pieces that went through the model. */
  pieces: number;
  /** What it cost. */
  timing: Timing;
}

/** A format of annotated files. */
export type GoldFormat = "dygie" | "spert" | "pspe" | "arnor" | "redocred" | "re3d" | "knowledgenet";

/** An annotated file: JSON lines, or one JSON array. */
export interface GoldFile {
  /** Its name; messages begin with it. */
  name: string;
  /** Its content. */
  text: string;
  /** "auto" (the default) recognises the format from the first record. */
  format?: "auto" | GoldFormat;
  /** Files that belong to it: entities.json and relations.json of re3d. */
  parts?: GoldPart[];
}

/** A file that belongs to an annotated one. */
export interface GoldPart {
  /** Its name. */
  name: string;
  /** Its content. */
  text: string;
}

/** The content of an annotated file. */
export interface Gold {
  /** The format that it was read as. */
  format: GoldFormat;
  /** Those sentences that have words. */
  sentences: GoldSentence[];
  /** Annotations that were left out because the task cannot express them: a line each, with file and place. */
  defects: string[];
}

/** An annotated sentence. */
export interface GoldSentence {
  /** Which document it is of. */
  document: string;
  /** Its place there, from 0. */
  index: number;
  /** None is empty. */
  words: string[];
  /** They may nest and overlap. */
  entities: GoldEntity[];
  /** Between these entities. */
  relations: GoldRelation[];
}

/** An entity of an annotated sentence, in words. */
export interface GoldEntity {
  /** Its first word, counted from 0. */
  start: number;
  /** The word behind its last one. */
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

/** What was found in an annotated sentence, in its words. */
export interface Prediction {
  /** Spans before typing: first word, and the word behind the last one. */
  spans: [number, number][];
  /** Those spans that were given a type. */
  entities: GoldEntity[];
  /** Between these entities. */
  relations: GoldRelation[];
}

/** How well predictions agree with gold. */
export interface Counts {
  /** Precision, from 0 to 1. */
  p: number;
  /** Recall, from 0 to 1. */
  r: number;
  /** Their harmonic mean. */
  f1: number;
  /** How many there are in the gold annotations. */
  gold: number;
  /** How many were predicted. */
  pred: number;
  /** How many are in both. */
  tp: number;
}

/** The figures of one way to count. */
export interface Scores {
  /** Borders only, before typing. */
  span: Counts;
  /** Type and both borders. */
  entity: Counts;
  /** Type, order and both borders of both arguments. */
  relation: Counts;
  /** As `relation`, and the arguments' types. */
  strict: Counts;
  /** The last three for each type. */
  by_type: Record<"entity" | "relation" | "strict", Record<string, Counts>>;
}

/** What `spanlight evaluate --json` prints, without its `scores`. */
export interface Report {
  /** Of all annotations. */
  full: Scores;
  /** Of those annotations that the paper's own reader keeps. */
  reference: Scores;
  /** Of all annotations; the arguments of symmetric relations may be swapped. */
  symmetric: Scores;
}

/** An error of a prediction. */
export interface Difference {
  /** What it is about. */
  what: "entity" | "relation";
  /**
   * What is wrong: nothing was found ("missed"), nothing was to be found ("spurious"), the type, one or both
   * borders, the order of the arguments ("direction"), or only the types of the arguments.
   */
  kind: "missed" | "spurious" | "type" | "border" | "direction" | "arguments";
  /** Index into the sentence's gold entities or relations; `null` if it is spurious. */
  gold: number | null;
  /** Index into the predicted ones; `null` if it was missed. */
  predicted: number | null;
}

/** The errors of a sentence. */
export interface SentenceDifferences {
  /** Index into the sentences given. */
  sentence: number;
  /** Those of entities first. */
  errors: Difference[];
}

/** Predictions beside gold. */
export interface Evaluation {
  /** Precision, recall and F1. */
  report: Report;
  /** The sentences in which the two differ. */
  errors: SentenceDifferences[];
  /** One for each annotated sentence. */
  predictions: Prediction[];
}

/** A model that is loaded. */
export interface Info {
  /** Its name. */
  model: string;
  /** Version of its bundle's format. */
  format: number;
  /** The entity types that it knows. */
  entities: string[];
  /** The relation types that it knows. */
  relations: string[];
  /** Those relations whose arguments may be swapped. */
  symmetric: string[];
  /** Where it computes. */
  backend: "webgpu" | "cpu";
  /** Name of the WebGPU adapter in use. */
  adapter: string | null;
  /** Whether that adapter computes on the processor. */
  software: boolean;
  /** Why the model does not run where one might expect it to. */
  note: string | null;
  /** How many weights it has. */
  parameters: number;
}
