import { unflatten } from "../../www/js/document/flat.js";
import { trimmed } from "../../www/js/document/space.js";

// Strings that break programs which count, split or quote.
const BITS = [
  "parser", "naïve", "e\u0301t\u0301", "𝔖pan", "👩‍💻", "🇩🇪", "東京大学", "שלום", "مرحبا", "\u202Edne\u202C", "\u2067x\u2069", "<b>", "</script>",
  "&amp;", '"', "'", "``", "''", "=1+1", "-LRB-", "(", ")", "[x]", "a|b", "tab\there", "\\", "%41", "state-of-the-art", "can't", "U.S.", "3.5", "-96.7",
  "http://a.org/x,y?z=1", "\u00ad", "\ufeff", "\u200b", "\0", "\u0085", "\u2028", "#1", "* x", "T1\t", "R1", ",", ";", ".", "!", "?", "ﬁ", "İ", "ß",
];
const GAPS = [" ", " ", " ", " ", "", "\n", "\n\n", "  ", "\t", "\u00a0", "\r\n", "\v", " \n "];
const ENTITY_TYPES = ["Method", "OtherScientificTerm", "Type with spaces", "a|b:c", "100%", "東京"];
const RELATION_TYPES = ["USED-FOR", "PART-OF", "is a", "%20"];

/** @param {import("./random.mjs").Random} random @param {number} length in pieces */
export const trickyText = (random, length) => Array.from({ length }, () => random.pick(BITS) + random.pick(GAPS)).join("");

/** An annotated text with unusual characters, types and spans. @param {import("./random.mjs").Random} random */
export function trickyDocument(random) {
  const text = trickyText(random, 3 + random.below(40));
  const entities = [];
  for (let i = random.below(9); i > 0; i--) {
    const start = random.below(text.length);
    const span = trimmed(text, start, Math.min(text.length, start + 1 + random.below(12)));
    if (!span || splitsPair(text, span.start) || splitsPair(text, span.end)) continue;
    entities.push({ ...span, type: random.pick(ENTITY_TYPES), ...judgement(random) });
  }
  const relations = [];
  for (let i = random.below(5); i > 0 && entities.length > 1; i--) {
    const [head, tail] = [random.below(entities.length), random.below(entities.length)];
    if (head !== tail) relations.push({ head, tail, type: random.pick(RELATION_TYPES), ...judgement(random) });
  }
  return unflatten({ text, entities, relations });
}

function judgement(random) {
  const human = random.below(2) === 0;
  return { source: human ? "human" : "model", score: human ? null : random.below(1000) / 1000 };
}

const splitsPair = (text, offset) => /^[\ud800-\udbff]$/.test(text[offset - 1] ?? "") && /^[\udc00-\udfff]$/.test(text[offset] ?? "");

/** The annotations of a document in a canonical order, to compare two documents. @param {import("../../www/js/document/flat.js").Flat} flat */
export function facts({ text, entities, relations }) {
  const entity = ({ start, end, type, score, source }) => JSON.stringify([start, end, type, score, source]);
  const said = relations.map(({ head, tail, type, score, source }) => JSON.stringify([entity(entities[head]), type, entity(entities[tail]), score, source]));
  return { text, entities: entities.map(entity).sort(), relations: said.sort() };
}
