import { EXAMPLES } from "../../../www/js/examples.js";
import { Random } from "../random.mjs";

const EXCHANGED = 0.2;
const A_PARAGRAPH = 6;

/**
 * A text of so many words: the sentences of the page's examples in turn, in which one word in five is exchanged
 * for another of theirs. No sentence comes twice, nor as it is in the examples, so that none is known when it is read.
 * @param {number} words at least
 */
export function longText(words) {
  const random = new Random(1);
  const sentences = EXAMPLES.flatMap(({ text }) => text.split(/(?<=\.) /)).map((sentence) => sentence.slice(0, -1).split(" "));
  // Others would begin or end a sentence where none begins or ends.
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
