// A word with one of these would forge a row or a column of a table of words.
export const BREAK = /[\t\n\v\f\r\u0085\u2028\u2029]/;

const JOIN = "[-‐‑'’.&@/_]";
const WORD = new RegExp(
  String.raw`https?:\/\/[^\s]*[^\s.,;:!?)\]}]|(?:\p{L}\.){2,}|[\p{L}\p{N}\p{M}]+(?:(?:${JOIN}|(?<=\p{N})[,:](?=\p{N}))[\p{L}\p{N}\p{M}]+)*|[.]{2,}|-{2,}|\P{White_Space}\p{M}*`,
  "gu",
);
const CLITIC = /^(.+?)(n['’]t|['’](?:s|re|ve|ll|d|m))$/iu;

/**
 * Splits a sentence into words, if the model gives none.
 * @param {string} text
 * @returns {[number, number][]}
 */
export function wordsOf(text) {
  /** @type {[number, number][]} */ const words = [];
  for (const { index, 0: word } of text.matchAll(WORD)) {
    const [, stem, clitic] = word.match(CLITIC) ?? [];
    if (clitic) words.push([index, index + stem.length], [index + stem.length, index + word.length]);
    else words.push([index, index + word.length]);
  }
  return words;
}

/**
 * Cuts words at offsets inside them, such as the borders of an entity that is a part of a word.
 * @param {[number, number][]} words @param {Iterable<number>} cuts
 * @returns {[number, number][]}
 */
export function cutWords(words, cuts) {
  const places = [...new Set(cuts)].sort((a, b) => a - b);
  /** @type {[number, number][]} */ const parts = [];
  let next = 0;
  for (const [start, end] of words) {
    let from = start;
    while (places[next] <= from) next++;
    for (; places[next] < end; next++) {
      parts.push([from, places[next]]);
      from = places[next];
    }
    parts.push([from, end]);
  }
  return parts;
}

/**
 * The words of a span, as the indices of the first one and of the one after the last.
 * @param {[number, number][]} words in ascending order @param {number} start @param {number} end
 * @returns {[number, number]}
 */
export const rangeOf = (words, start, end) => [firstWhere(words, (word) => word[0] >= start), firstWhere(words, (word) => word[1] > end)];

/** The index of the first item that passes a test, which all items after it pass too. @template T @param {T[]} items @param {(item: T) => boolean} passes */
export function firstWhere(items, passes) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Extends a span to whole words; null if it touches no word.
 * @param {[number, number][]} words @param {number} start @param {number} end
 * @returns {{start: number, end: number}|null}
 */
export function snap(words, start, end) {
  const first = firstWhere(words, (word) => word[1] > start);
  const after = firstWhere(words, (word) => word[0] >= end);
  return first < after ? { start: words[first][0], end: words[after - 1][1] } : null;
}
