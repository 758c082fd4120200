import { cutWords, wordsOf } from "../document/words.js";

/**
 * The words of a sentence, cut where its entities begin and end.
 * @param {import("../document/document.js").Sentence} sentence
 */
export const wordsIn = ({ text, words, entities }) => cutWords(words ?? wordsOf(text), entities.flatMap(({ start, end }) => [start, end]));

/**
 * Moves a border of a span by one word. Returns the span unchanged if there is no word left.
 * @param {{start: number, end: number}} span @param {"start"|"end"} edge @param {-1|1} step
 * @param {[number, number][]} words
 */
export function moveBorder({ start, end }, edge, step, words) {
  const places = words.map((word) => word[edge === "start" ? 0 : 1]);
  const from = edge === "start" ? start : end;
  const next = step > 0 ? places.find((place) => place > from) : places.findLast((place) => place < from);
  const moved = { start, end, [edge]: next ?? from };
  return moved.start < moved.end ? moved : { start, end };
}
