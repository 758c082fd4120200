import { groupBy } from "../document/group.js";
import { BREAK, rangeOf } from "../document/words.js";
import { groupsOf, wordsIn } from "./jsonl.js";

/**
 * Writes CoNLL-U Plus: one word per line with its BIO tag (several tags, joined by "|", for overlapping entities). A
 * relation stands at the first word of its head, with the word ranges of its head and tail.
 * @param {import("../document/flat.js").Flat} flat
 * @param {{name: string}} options
 */
export function writeConll({ text, sentences, entities, relations }, { name }) {
  const groups = groupsOf(sentences, entities);
  const links = groupBy(relations, ({ head }) => head);
  const blocks = sentences.map((sentence, number) => {
    const mine = groups[number];
    const words = wordsIn(text, sentence, mine.map((index) => entities[index]));
    const ranges = new Map(mine.map((index) => [index, rangeOf(words, entities[index].start, entities[index].end)]));
    const tags = words.map(() => []);
    const heads = words.map(() => []);
    for (const index of mine) {
      const [first, end] = ranges.get(index);
      for (let at = first; at < end; at++) tags[at].push(`${at === first ? "B" : "I"}-${bare(entities[index].type)}`);
      for (const { tail, type } of links.get(index) ?? []) heads[first].push([bare(type), spell(ranges.get(index)), spell(ranges.get(tail))].join(":"));
    }
    const rows = words.map(([start, end], at) =>
      [at + 1, form(text.slice(start, end)), tags[at].join("|") || "O", heads[at].join("|") || "_", `start_char=${start}|end_char=${end}`].join("\t"),
    );
    const line = text.slice(sentence.start, sentence.end).toWellFormed().replace(/[\r\n]+/g, " ");
    return [`# sent_id = ${bare(name)}-${number + 1}`, `# text = ${line}`, ...rows, ""].join("\n");
  });
  return ["# global.columns = ID FORM NER REL MISC", ...blocks, ""].join("\n");
}

const spell = ([first, end]) => `${first + 1}-${end}`;

const form = (word) => word.toWellFormed().split(BREAK).join("_");

// Replaces the characters that separate columns and values.
const bare = (type) => type.toWellFormed().replace(/[\s|:]+/g, "_");
