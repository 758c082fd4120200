import { kind, list, record, string, whole } from "../demand.js";
import { Document, reserveIds } from "../document/document.js";
import { firstWhere, wordsOf } from "../document/words.js";
import { InputError } from "../input_error.js";

/**
 * A document as it is stored in this browser.
 * @typedef {{name: string, rest: string, sentences: import("../document/document.js").Sentence[], choice: object, schema: {entities: string[], relations: string[], symmetric: string[]}, model: {name: string, format: number}|null, read: number}} Work
 * @typedef {Work & {version: number, saved: number}} StoredWork `saved` is the time in ms
 */

export const VERSION = 2;

// The steps from each version to the next one, from version 1.
const MIGRATIONS = [(work) => ({ ...work, version: 2, saved: 0 })];

/** @param {Work} work @returns {StoredWork} */
export const stored = (work) => ({ ...work, version: VERSION, saved: Date.now() });

/**
 * Revives stored work of any version.
 * @param {any} value
 * @returns {StoredWork & {document: Document}}
 * @throws {InputError} if it cannot be shown
 */
export function revive(value) {
  const work = sound(migrate(record(value, "The stored work")));
  reserveIds(work.sentences.reduce((most, sentence) => Math.max(most, highest(sentence), highest(sentence.found)), 0));
  const document = new Document(work.sentences.map(({ before, text }) => before + text).join("") + work.rest);
  document.append(work.sentences);
  return { ...work, document };
}

/** @param {Record<string, any>} value */
function migrate(value) {
  let work = value;
  const version = work.version ?? 1;
  if (!Number.isInteger(version) || version < 1) throw new InputError(`The stored work has the version ${kind(version)}, which no version of this page writes.`);
  if (version > VERSION) throw new InputError("The stored work was written by a newer version of this page. Reload the page to get that version.");
  for (const step of MIGRATIONS.slice(version - 1)) work = step(work);
  return work;
}

/** Checks everything that the page relies on, since a part of a damaged document would break it later. */
function sound(work) {
  string(work.name, "“name”");
  string(work.rest, "“rest”");
  whole(work.read, "“read”");
  if (work.model !== null) string(record(work.model, "“model”").name, "“model.name”");
  const { entities, relations, symmetric } = record(work.schema, "“schema”");
  for (const [field, types] of Object.entries({ entities, relations, symmetric })) list(types ?? null, `“schema.${field}”`).forEach((type, i) => string(type, `“schema.${field}[${i}]”`));
  soundChoice(record(work.choice, "“choice”"));
  const ids = new Set();
  list(work.sentences ?? null, "“sentences”").forEach((sentence, index) => soundSentence(record(sentence, `“sentences[${index}]”`), `sentences[${index}]`, ids));
  return work;
}

/** @param {Record<string, any>} choice */
function soundChoice({ hidden, least, banned }) {
  for (const what of ["entity", "relation"]) {
    list(hidden?.[what], `“choice.hidden.${what}”`).forEach((type) => string(type, `“choice.hidden.${what}”`));
    for (const pair of list(least?.[what], `“choice.least.${what}”`)) {
      const [type, score] = list(pair ?? null, `“choice.least.${what}”`);
      string(type, `“choice.least.${what}”`);
      if (!Number.isFinite(score)) throw new InputError(`“choice.least.${what}” has ${kind(score)} where a score belongs.`);
    }
  }
  list(banned, "“choice.banned”").forEach((key) => string(key, "“choice.banned”"));
}

function soundSentence(sentence, at, ids) {
  const text = string(sentence.text, `“${at}.text”`);
  string(sentence.before, `“${at}.before”`);
  let last = 0;
  for (const word of sentence.words === null ? [] : list(sentence.words ?? null, `“${at}.words”`)) {
    const [start, end] = list(word ?? null, `“${at}.words”`);
    if (!range(start, end, last, text.length)) throw new InputError(`“${at}.words”: ${kind(start)}–${kind(end)} is not a range of the sentence.`);
    last = end;
  }
  // Most sentences of a long text hold nothing, and finding words takes time.
  const bare = sentence.words === null && !sentence.entities?.length && !sentence.found?.entities?.length;
  const words = bare ? [] : (sentence.words ?? wordsOf(text));
  soundFindings(sentence, text, at, ids, words);
  // The findings of the model have the ids of the entities that were not changed.
  if (sentence.found !== null) soundFindings(record(sentence.found, `“${at}.found”`), text, `${at}.found`, new Set(), words);
  if (typeof sentence.checked !== "boolean") throw new InputError(`“${at}.checked” is ${kind(sentence.checked)}, not true or false.`);
  if (sentence.origin !== undefined) {
    string(record(sentence.origin, `“${at}.origin”`).article, `“${at}.origin.article”`);
    whole(sentence.origin.index, `“${at}.origin.index”`);
  }
}

/** @param {Record<string, any>} findings @param {string} text @param {string} at @param {Set<number>} ids @param {[number, number][]} words */
function soundFindings({ entities, relations }, text, at, ids, words) {
  const own = new Set();
  for (const [what, items] of Object.entries({ entities, relations })) {
    for (const one of list(items ?? null, `“${at}.${what}”`)) {
      const { id, type, score, source } = record(one, `“${at}.${what}”`);
      if (ids.has(whole(id, `“${at}.${what}”: the id`))) throw new InputError(`“${at}.${what}”: the id ${id} is there twice.`);
      ids.add(id);
      string(type, `“${at}.${what}”: the type`);
      if (score !== null && !Number.isFinite(score)) throw new InputError(`“${at}.${what}”: the score is ${kind(score)}.`);
      if (source !== "model" && source !== "human") throw new InputError(`“${at}.${what}”: the source is ${kind(source)}.`);
      if (what === "entities") {
        if (!range(one.start, one.end, 0, text.length)) throw new InputError(`“${at}.entities”: ${kind(one.start)}–${kind(one.end)} is not a range of the sentence.`);
        if (!(words[firstWhere(words, ([, end]) => end > one.start)]?.[0] < one.end)) throw new InputError(`“${at}.entities”: ${one.start}–${one.end} holds no word.`);
        own.add(id);
      } else if (!own.has(one.head) || !own.has(one.tail)) throw new InputError(`“${at}.relations”: a relation joins entities that are not in its sentence.`);
    }
  }
}

const range = (start, end, low, high) => Number.isInteger(start) && Number.isInteger(end) && low <= start && start < end && end <= high;

function highest(findings) {
  let most = 0;
  for (const items of [findings?.entities ?? [], findings?.relations ?? []]) for (const { id } of items) most = Math.max(most, id);
  return most;
}
