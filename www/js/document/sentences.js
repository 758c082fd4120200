import { trimmed } from "./space.js";

const NEWLINE = 10;
// The time of the browser's segmenter grows with the square of a text's length, so it sees a window at a time.
const WINDOW = 1000;
// Length at which a sentence without an end is cut.
const LONGEST = 64_000;

/**
 * Splits a text that no model has read, such as an imported one, into sentences. An empty line ends a sentence; a single
 * line break does not.
 * @param {string} text
 * @returns {[number, number][]}
 */
export function sentencesOf(text) {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  /** @type {[number, number][]} */ const ranges = [];
  for (const [start, end] of paragraphs(text)) {
    for (const [from, to] of segmentsOf(segmenter, text, start, end)) {
      const range = trimmed(text, from, to);
      if (range) ranges.push([range.start, range.end]);
    }
  }
  return ranges;
}

/**
 * The sentences of a paragraph. The last one of a window may go on behind it, so the next window begins with it.
 * @returns {Generator<[number, number]>}
 */
function* segmentsOf(segmenter, text, start, end) {
  for (let [from, width] = [start, WINDOW]; from < end; ) {
    const to = Math.min(end, from + width);
    const lengths = Array.from(segmenter.segment(text.slice(from, to).replace(/[\r\n]/g, " ")), ({ segment }) => segment.length);
    if (to < end && lengths.length === 1 && width < LONGEST) {
      width *= 2;
      continue;
    }
    if (to < end && lengths.length > 1) lengths.pop();
    for (const length of lengths) yield [from, (from += length)];
    width = WINDOW;
  }
}

/** The ranges between lines that are blank. @returns {Generator<[number, number]>} */
function* paragraphs(text) {
  let start = -1;
  let last = 0;
  for (let at = 0; at < text.length; ) {
    const found = text.charCodeAt(at) === NEWLINE ? at : text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    if (at < end && /\S/.test(text.slice(at, end))) {
      if (start < 0) start = at;
      last = end;
    } else if (start >= 0) {
      yield [start, last];
      start = -1;
    }
    at = end + 1;
  }
  if (start >= 0) yield [start, last];
}
