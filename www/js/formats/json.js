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
  const { text, name } = data;
  if (typeof text !== "string") throw new Error("“text” is missing");
  if (data.offsets !== undefined && data.offsets !== "UTF-16") throw new Error(`“offsets” is “${data.offsets}”; this page reads “UTF-16” only`);
  const entities = list(data, "entities").map((entity, index) => {
    const at = `entities[${index}]`;
    if (typeof entity?.type !== "string") throw new Error(`${at}: “type” is missing`);
    if (typeof entity.text === "string" && text.slice(entity.start, entity.end) !== entity.text) {
      throw new Error(`${at}: the text from ${entity.start} to ${entity.end} is not “${entity.text}”`);
    }
    return { start: entity.start, end: entity.end, type: entity.type, ...judgement(entity) };
  });
  const relations = list(data, "relations").map((relation, index) => {
    if (typeof relation?.type !== "string") throw new Error(`relations[${index}]: “type” is missing`);
    return { head: relation.head, tail: relation.tail, type: relation.type, ...judgement(relation) };
  });
  return { name: typeof name === "string" ? name : null, text, sentences: sentencesOf(data, text), entities, relations };
}

/** The score and source of an annotation; a score without a source comes from a model. */
export function judgement({ score, source }) {
  const known = Number.isFinite(score) ? score : null;
  return { score: known, source: source === "human" || source === "model" ? source : known === null ? "human" : "model" };
}

function sentencesOf(data, text) {
  if (data.sentences === undefined) return undefined;
  let last = 0;
  return list(data, "sentences").map((sentence, index) => {
    const { start, end, words, checked, origin } = sentence ?? {};
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < last || end <= start || end > text.length) {
      throw new Error(`sentences[${index}]: ${start}–${end} is not a range of the text after the previous sentence`);
    }
    last = end;
    return { start, end, words: wordsIn(words, start, end), checked: checked === true, ...(originOf(origin) && { origin: originOf(origin) }) };
  });
}

function wordsIn(words, start, end) {
  let last = start;
  const sound = Array.isArray(words) && words.every((word) => {
    const fits = Array.isArray(word) && word.every(Number.isInteger) && word[0] >= last && word[1] > word[0] && word[1] <= end;
    last = word?.[1];
    return fits;
  });
  return sound ? words : null;
}

const originOf = (origin) =>
  typeof origin?.article === "string" && Number.isInteger(origin.index) ? { article: origin.article, index: origin.index } : null;

function list(data, field) {
  const value = data[field] ?? [];
  if (!Array.isArray(value)) throw new Error(`“${field}” is not a list`);
  return value;
}
