import { EXAMPLES } from "../../../www/js/examples.js";
import { Random } from "../random.mjs";

const EXCHANGED = 0.2;
const A_PARAGRAPH = 6;

/**
 * Makes a long text from the sentences of the page's examples, with every fifth word, on average, exchanged for another
 * one. No sentence occurs twice or equals one of the examples, so that the sentence cache contains none of them.
 * @param {number} words least number of words
 */
export function longText(words) {
  const random = new Random(1);
  const sentences = EXAMPLES.flatMap(({ text }) => text.split(/(?<=\.) /)).map((sentence) => sentence.slice(0, -1).split(" "));
  // Exchanges only lower-case words, since others could change the sentence boundaries.
  const plain = (word) => /^[a-z-]+$/.test(word);
  const pool = sentences.flat().filter(plain);
  const known = new Set(sentences.map((words) => words.join(" ")));
  const made = [];
  let count = 0;
  for (let turn = 0; count < words; turn++) {
    const sentence = sentences[turn % sentences.length].map((word) => (plain(word) && random.next() < EXCHANGED ? random.pick(pool) : word));
    const line = sentence.join(" ");
    if (known.has(line)) continue;
    known.add(line);
    made.push(`${line}.`);
    count += sentence.length;
  }
  const paragraphs = [];
  for (let at = 0; at < made.length; at += A_PARAGRAPH) paragraphs.push(made.slice(at, at + A_PARAGRAPH).join(" "));
  return { text: paragraphs.join("\n\n"), words: count, sentences: made.length };
}
