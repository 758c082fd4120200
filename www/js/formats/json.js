import { kind, list, quoted, record, string } from "../demand.js";
import { BREAK } from "../document/words.js";
import { InputError } from "../input_error.js";

/** @typedef {import("../document/flat.js").Flat} Flat */

/**
 * Writes the whole document as plain data, without loss.
 * @param {Flat} flat
 * @param {{name: string, model?: {name: string, format: number}|null}} about
 */
export function writeJson({ text, sentences, entities, relations }, { name, model }) {
  const data = {
    name,
    model: model ?? null,
    offsets: "UTF-16",
    text,
    sentences: sentences.map(({ start, end, words, checked, origin }) => ({ start, end, ...(words && { words }), ...(checked && { checked }), ...(origin && { origin }) })),
    entities: entities.map(({ start, end, type, score, source }) => ({ start, end, type, text: text.slice(start, end), score, source })),
    relations,
  };
  return `${JSON.stringify(data, null, 1)}\n`;
}

/**
 * @param {unknown} data the parsed JSON
 * @returns {Flat & {name: string|null}}
 */
export function readJson(data) {
  const { text: given, name, offsets, ...rest } = record(data, "The file");
  const text = string(given, "“text”");
  if (offsets !== undefined && offsets !== "UTF-16") throw new InputError(`“offsets” is ${kind(offsets)}; this page reads “UTF-16” only. Count offsets in UTF-16 units, as JavaScript does.`);
  const entities = list(rest.entities, "“entities”").map((one, index) => {
    const at = `entities[${index}]`;
    const entity = record(one, at);
    const { start, end } = entity;
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end <= start || end > text.length) {
      throw new InputError(`${at}: its offsets ${kind(start)}–${kind(end)} do not lie in the text, which has ${text.length} characters`);
    }
    if (typeof entity.text === "string" && text.slice(start, end) !== entity.text) {
      throw new InputError(`${at}: the text from ${start} to ${end} is “${quoted(text.slice(start, end))}”, not “${quoted(entity.text)}”. Offsets count UTF-16 units.`);
    }
    return { start, end, type: string(entity.type, `${at}.type`), ...judgement(entity) };
  });
  const relations = list(rest.relations, "“relations”").map((one, index) => {
    const at = `relations[${index}]`;
    const relation = record(one, at);
    for (const end of [relation.head, relation.tail]) {
      if (!Number.isInteger(end) || end < 0 || end >= entities.length) throw new InputError(`${at} points at entity ${kind(end)}, but the file has ${entities.length}, counted from 0`);
    }
    return { head: relation.head, tail: relation.tail, type: string(relation.type, `${at}.type`), ...judgement(relation) };
  });
  return { name: typeof name === "string" ? name : null, text, sentences: sentencesOf(rest.sentences, text), entities, relations };
}

/**
 * The score and source of an annotation; a score without a source comes from a model.
 * @param {{score?: any, source?: any}} annotation
 * @returns {{score: number|null, source: "model"|"human"}}
 */
export function judgement({ score, source }) {
  const known = Number.isFinite(score) ? score : null;
  return { score: known, source: source === "human" || source === "model" ? source : known === null ? "human" : "model" };
}

function sentencesOf(sentences, text) {
  if (sentences === undefined) return undefined;
  let last = 0;
  return list(sentences, "“sentences”").map((sentence, index) => {
    const at = `sentences[${index}]`;
    const { start, end, words, checked, origin } = record(sentence, at);
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < last || end <= start || end > text.length) {
      throw new InputError(`${at}: ${kind(start)}–${kind(end)} is not a range of the text after the previous sentence`);
    }
    last = end;
    return { start, end, words: wordsIn(words, start, end, text, at), checked: checked === true, ...(originOf(origin) && { origin: originOf(origin) }) };
  });
}

function wordsIn(words, start, end, text, at) {
  if (words === undefined || words === null) return null;
  let last = start;
  return list(words, `${at}.words`).map((word, index) => {
    const place = `${at}.words[${index}]`;
    const [from, to] = list(word ?? null, place);
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < last || to <= from || to > end) throw new InputError(`${place}: ${kind(from)}–${kind(to)} is not a range of the sentence after the previous word`);
    if (BREAK.test(text.slice(from, to))) throw new InputError(`${place}: the word “${quoted(text.slice(from, to))}” contains a tab or a line break. Cut it there, or leave “words” out.`);
    last = to;
    return /** @type {[number, number]} */ ([from, to]);
  });
}

const originOf = (origin) =>
  typeof origin?.article === "string" && Number.isInteger(origin.index) ? { article: origin.article, index: origin.index } : null;
