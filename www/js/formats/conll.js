import { groupBy } from "../document/group.js";
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
    const ranges = new Map(mine.map((index) => [index, rangeOf(entities[index], words)]));
    const tags = words.map(() => []);
    const heads = words.map(() => []);
    for (const index of mine) {
      const [first, last] = ranges.get(index);
      for (let at = first; at <= last; at++) tags[at].push(`${at === first ? "B" : "I"}-${bare(entities[index].type)}`);
      for (const { tail, type } of links.get(index) ?? []) heads[first].push([bare(type), spell(ranges.get(index)), spell(ranges.get(tail))].join(":"));
    }
    const rows = words.map(([start, end], at) =>
      [at + 1, text.slice(start, end).toWellFormed(), tags[at].join("|") || "O", heads[at].join("|") || "_", `start_char=${start}|end_char=${end}`].join("\t"),
    );
    const line = text.slice(sentence.start, sentence.end).toWellFormed().replace(/[\r\n]+/g, " ");
    return [`# sent_id = ${bare(name)}-${number + 1}`, `# text = ${line}`, ...rows, ""].join("\n");
  });
  return ["# global.columns = ID FORM NER REL MISC", ...blocks, ""].join("\n");
}

/** Numbers of the first and last word of an entity. */
function rangeOf({ start, end }, words) {
  return [words.findIndex((word) => word[0] >= start), words.findLastIndex((word) => word[1] <= end)];
}

const spell = ([first, last]) => `${first + 1}-${last + 1}`;

// Replaces the characters that separate columns and values.
const bare = (type) => type.toWellFormed().replace(/[\s|:]+/g, "_");
