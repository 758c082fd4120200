import { trimmed } from "./space.js";

/**
 * Splits a text that no model has read, such as an imported one, into sentences. An empty line ends a sentence; a single
 * line break does not.
 * @param {string} text
 * @returns {[number, number][]}
 */
export function sentencesOf(text) {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const ranges = [];
  for (const { index, 0: paragraph } of text.matchAll(/(?:(?!\n\s*\n)[^])+/g)) {
    for (const { index: at, segment } of segmenter.segment(paragraph.replace(/[\r\n]/g, " "))) {
      const range = trimmed(text, index + at, index + at + segment.length);
      if (range) ranges.push([range.start, range.end]);
    }
  }
  return ranges;
}
