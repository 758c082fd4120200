import { cutWords, rangeOf, wordsOf } from "../document/words.js";

/**
 * @typedef {{start: number, end: number, label: string}} Mention `start` and `end` count words; `end` is exclusive
 * @typedef {{head: number, tail: number, label: string}} Link
 * @typedef {{document: string, index: number, words: string[], entities: Mention[], relations: Link[]}} GoldSentence
 * @typedef {{spans: [number, number][], entities: Mention[], relations: Link[]}} Prediction
 */

/**
 * The corrected sentences as gold annotations, and the model's findings in them as predictions, in the same words.
 * @param {import("../document/document.js").Sentence[]} sentences
 * @returns {{gold: GoldSentence[], predicted: Prediction[]}}
 */
export function compared(sentences) {
  const [gold, predicted] = [[], []];
  for (const [index, sentence] of sentences.entries()) {
    const found = sentence.found ?? { entities: [], relations: [] };
    const cuts = [...sentence.entities, ...found.entities].flatMap(({ start, end }) => [start, end]);
    const words = cutWords(sentence.words ?? wordsOf(sentence.text), cuts);
    const spoken = words.map(([start, end]) => sentence.text.slice(start, end).toWellFormed());
    gold.push({ document: "text", index, words: spoken, ...inWords(sentence, words) });
    const said = inWords(found, words);
    predicted.push({ spans: said.entities.map(({ start, end }) => [start, end]), ...said });
  }
  return { gold, predicted };
}

/**
 * Turns annotated sentences into gold sentences.
 * @param {import("../document/document.js").Sentence[]} sentences @param {string} name
 * @returns {GoldSentence[]}
 */
export function goldOf(sentences, name) {
  return sentences.map((sentence, index) => {
    const words = cutWords(sentence.words ?? wordsOf(sentence.text), sentence.entities.flatMap(({ start, end }) => [start, end]));
    const spoken = words.map(([start, end]) => sentence.text.slice(start, end).toWellFormed());
    const { article, index: number } = sentence.origin ?? { article: name, index };
    return { document: article, index: number, words: spoken, ...inWords(sentence, words) };
  });
}

/** @param {import("../document/document.js").Findings} findings @param {[number, number][]} words */
function inWords({ entities, relations }, words) {
  const place = new Map(entities.map(({ id }, index) => [id, index]));
  return {
    entities: entities.map(({ start: from, end: to, type }) => {
      const [start, end] = rangeOf(words, from, to);
      return { start, end, label: type };
    }),
    relations: relations.map(({ head, tail, type }) => ({ head: place.get(head), tail: place.get(tail), label: type })),
  };
}

/**
 * Joins words to a text, and turns their annotations into findings. The ids are the indices of the entities, followed by
 * those of the relations.
 * @param {string[]} words @param {{entities: Mention[], relations: Link[]}} said
 * @returns {{text: string, findings: import("../document/document.js").Findings}}
 */
export function spelled(words, { entities, relations }) {
  let offset = 0;
  const places = words.map((word) => [offset, (offset += word.length + 1) - 1]);
  const about = { score: null, source: /** @type {const} */ ("model") };
  const marks = entities.map(({ start, end, label }, id) => ({ id, start: places[start][0], end: places[end - 1][1], type: label, ...about }));
  const links = relations.map(({ head, tail, label }, index) => ({ id: entities.length + index, head, tail, type: label, ...about }));
  return { text: words.join(" "), findings: { entities: marks, relations: links } };
}
