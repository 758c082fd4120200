import { Document, freshId } from "./document.js";
import { InputError } from "../input_error.js";
import { sentencesOf } from "./sentences.js";
import { trimmed } from "./space.js";
import { snap } from "./words.js";

/**
 * A document as plain lists, which the formats read and write. Offsets are UTF-16 code units of the text; `head` and
 * `tail` are indices into `entities`.
 * @typedef {{start: number, end: number, type: string, score: number|null, source: "model"|"human"}} FlatEntity
 * @typedef {{head: number, tail: number, type: string, score: number|null, source: "model"|"human"}} FlatRelation
 * @typedef {{start: number, end: number, words: [number, number][]|null, checked: boolean, origin?: {article: string, index: number}, left?: boolean}} FlatSentence
 *   `left`: writers that support it leave this sentence out
 * @typedef {{text: string, sentences: FlatSentence[], entities: FlatEntity[], relations: FlatRelation[]}} Flat
 */

/**
 * @param {Document} document
 * @param {(sentence: import("./document.js").Sentence) => import("./document.js").Findings} [shown] returns the findings of a sentence to keep
 * @returns {Flat}
 */
export function flatten(document, shown = (sentence) => sentence) {
  const flat = { text: document.text, sentences: [], entities: [], relations: [] };
  let offset = 0;
  for (const sentence of document.sentences) {
    const start = offset + sentence.before.length;
    offset = start + sentence.text.length;
    const { words, checked, origin } = sentence;
    const place = new Map();
    const { entities, relations } = shown(sentence);
    flat.sentences.push({ start, end: offset, words: words && words.map(([from, to]) => [start + from, start + to]), checked, ...(origin && { origin }) });
    for (const { id, start: from, end: to, type, score, source } of entities) {
      place.set(id, flat.entities.length);
      flat.entities.push({ start: start + from, end: start + to, type, score, source });
    }
    for (const { head, tail, type, score, source } of relations) {
      flat.relations.push({ head: place.get(head), tail: place.get(tail), type, score, source });
    }
  }
  return flat;
}

/**
 * Joins sentences that an entity or a relation crosses, and makes a sentence of an entity's text outside all sentences.
 * @param {Omit<Flat, "sentences"> & {sentences?: FlatSentence[]}} flat
 * @throws {InputError} that names the invalid entity or relation
 */
export function unflatten({ text, sentences, entities, relations }) {
  const spans = entities.map((entity, index) => spanOf(entity, index, text));
  relations.forEach((relation, index) => demandEnds(relation, index, entities.length));
  const units = unite(sentences ?? sentencesOf(text).map(([start, end]) => ({ start, end })), spans, relations);
  const document = new Document(text);
  const made = units.map((unit, index) => {
    const before = text.slice(units[index - 1]?.end ?? 0, unit.start);
    return { ...emptySentence(before, text.slice(unit.start, unit.end)), ...rest(unit) };
  });
  fill(made, units, entities, spans, relations);
  document.append(made);
  return document;
}

/** @param {string} before @param {string} text @returns {import("./document.js").Sentence} */
export const emptySentence = (before, text) => ({ before, text, words: null, entities: [], relations: [], found: null, checked: false });

function rest({ start, words, checked, origin }) {
  const own = words?.map(([from, to]) => [from - start, to - start]) ?? null;
  return { words: own, checked: checked ?? false, ...(origin && { origin }) };
}

function spanOf({ start, end }, index, text) {
  const whole = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= text.length;
  if (!whole) throw new InputError(`entity ${index + 1}: its offsets ${start}–${end} do not lie in the text, which has ${text.length} characters`);
  const span = trimmed(text, start, end);
  if (!span) throw new InputError(`entity ${index + 1}: the text from ${start} to ${end} is only white space`);
  return span;
}

function demandEnds({ head, tail, type }, index, count) {
  for (const end of [head, tail]) {
    if (!Number.isInteger(end) || end < 0 || end >= count) throw new InputError(`relation ${index + 1} (${type}): it points at entity ${end}, but there are ${count}`);
  }
}

/** Joins overlapping ranges, and sorts the result. */
function unite(sentences, spans, relations) {
  const links = relations.map(({ head, tail }) => ({
    start: Math.min(spans[head].start, spans[tail].start),
    end: Math.max(spans[head].end, spans[tail].end),
  }));
  const units = [];
  for (const range of [...sentences, ...spans, ...links].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = units.at(-1);
    if (!last || range.start >= last.end) units.push({ ...range });
    else if (range.end > last.end) Object.assign(last, { end: range.end, words: null });
  }
  return units;
}

function fill(sentences, units, entities, spans, relations) {
  const unitOf = spans.map(({ start }) => unitAt(units, start));
  const ids = entities.map(({ type, score, source }, index) => {
    const shift = units[unitOf[index]].start;
    const entity = { id: freshId(), start: spans[index].start - shift, end: spans[index].end - shift, type, score: score ?? null, source: source ?? "human" };
    const sentence = sentences[unitOf[index]];
    // Words that do not contain the entity say nothing about it.
    if (sentence.words && !snap(sentence.words, entity.start, entity.end)) sentence.words = null;
    sentence.entities.push(entity);
    return entity.id;
  });
  for (const { head, tail, type, score, source } of relations) {
    const relation = { id: freshId(), head: ids[head], tail: ids[tail], type, score: score ?? null, source: source ?? "human" };
    sentences[unitOf[head]].relations.push(relation);
  }
}

/** The unit that holds an offset. */
function unitAt(units, offset) {
  let [low, high] = [0, units.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (units[middle].start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
