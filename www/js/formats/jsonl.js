import { kind, list, quoted, record, string } from "../demand.js";
import { groupBy } from "../document/group.js";
import { BREAK, cutWords, rangeOf, wordsOf } from "../document/words.js";
import { InputError } from "../input_error.js";
import { judgement } from "./json.js";
import { linesOf, parseLine } from "./lines.js";
import { unescapeWord } from "./treebank.js";

/** @typedef {import("../document/flat.js").Flat} Flat */

// The crate "formats" reads and writes the same lines in Rust, but only words and annotations. This JavaScript version
// also keeps the text between the words, scores, sources and lone surrogates. It runs on the main thread, where the
// page previews and opens files while the engine, which lives in a worker, may not be loaded yet. A wasm module of the
// crate "formats" alone has 436 kB (128 kB with brotli); all JavaScript of this folder has 6 kB with brotli. Both
// versions are tested with the files in tests/formats.

/**
 * Writes the training format: one sentence per line, with offsets in words. The field `spanlight`, which training
 * ignores, keeps what words and annotations alone would lose.
 * @param {Flat} flat
 * @param {{name: string}} about
 */
export function writeJsonl({ text, sentences, entities, relations }, { name }) {
  const groups = groupsOf(sentences, entities);
  const links = groupBy(relations, ({ head }) => head);
  const places = sentences.map(({ origin }, index) => origin ?? { article: name, index });
  const lines = [];
  let offset = 0;
  sentences.forEach((sentence, number) => {
    const mine = groups[number];
    const words = wordsIn(text, sentence, mine.map((index) => entities[index]));
    const gap = text.slice(offset, sentence.start);
    if (sentence.left) return void (offset = sentence.end);
    if (words.length === 0) return;
    const spoken = ([start, end]) => text.slice(start, end).toWellFormed();
    const place = new Map(mine.map((index, order) => [index, order]));
    const mentions = mine.map((index, order) => mention(entities[index], words, spoken, idOf(places[number], order)));
    const joined = mine.flatMap((index) => links.get(index) ?? []);
    lines.push({
      sentId: places[number].index,
      articleId: places[number].article,
      sentText: words.map(spoken).join(" "),
      entityMentions: mentions,
      relationMentions: joined.map((relation) => link(relation, mentions[place.get(relation.head)], mentions[place.get(relation.tail)])),
      spanlight: {
        before: gap.toWellFormed(),
        text: text.slice(sentence.start, sentence.end).toWellFormed(),
        words: words.map(([start, end]) => [start - sentence.start, end - sentence.start]),
        ...(sentence.checked && { checked: true }),
      },
    });
    offset = sentence.end;
  });
  if (lines.length > 0) lines.at(-1).spanlight.after = text.slice(offset).toWellFormed();
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * @param {string} content
 * @returns {Flat}
 */
export function readJsonl(content) {
  const flat = { text: "", sentences: [], entities: [], relations: [] };
  let article = null;
  for (const [number, line] of linesOf(content)) {
    const at = `line ${number}`;
    const one = record(parseLine(line, number), `${at}: the record`);
    string(one.sentText, `${at}: “sentText”`);
    const first = article === null;
    const own = nameOf(one.articleId);
    const same = first || article === own;
    article = own;
    add(flat, one, first ? "" : same ? "\n" : "\n\n", at);
  }
  return flat;
}

function add(flat, one, gap, at) {
  const { before, text, words, after = "", checked } = layout(one, gap, at);
  const start = flat.text.length + before.length;
  flat.text += before + text + (typeof after === "string" ? after : "");
  const absolute = words.map(([from, to]) => [start + from, start + to]);
  const origin = { article: nameOf(one.articleId), index: numberOf(one.sentId) ?? flat.sentences.length };
  flat.sentences.push({ start, end: start + text.length, words: absolute, checked: checked === true, origin });
  const byId = new Map();
  list(one.entityMentions, `${at}: “entityMentions”`).forEach((mention, index) => {
    const place = `${at}: entityMentions[${index}]`;
    const { emId, offset, label, ...about } = record(mention, place);
    const [from, to] = list(offset ?? null, `${place}.offset`);
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= words.length)) throw new InputError(`${place}.offset: the words ${kind(from)}–${kind(to)} are not a span of the sentence's ${words.length} words`);
    if (byId.has(emId)) throw new InputError(`${place}.emId: the id ${kind(emId)} is there twice; give each mention of the line one of its own`);
    byId.set(emId, flat.entities.push({ start: absolute[from][0], end: absolute[to - 1][1], type: string(label, `${place}.label`), ...judgement(about) }) - 1);
  });
  list(one.relationMentions, `${at}: “relationMentions”`).forEach((relation, index) => {
    const place = `${at}: relationMentions[${index}]`;
    const { em1Id, em2Id, label, ...about } = record(relation, place);
    for (const [field, id] of Object.entries({ em1Id, em2Id })) if (!byId.has(id)) throw new InputError(`${place}.${field}: ${kind(id)} points at a mention that the line does not have`);
    flat.relations.push({ head: byId.get(em1Id), tail: byId.get(em2Id), type: string(label, `${place}.label`), ...judgement(about) });
  });
}

/** The name of an article, which other programs give as a text or a number. */
const nameOf = (value) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** The number of a sentence, which other programs give as a number or a text. */
const numberOf = (value) => (nameOf(value) !== "" && Number.isInteger(Number(value)) ? Number(value) : null);

/** Restores the text of a sentence from the field `spanlight`, if the field is present and consistent. */
function layout({ sentText, spanlight }, gap, at) {
  const spoken = sentText.slice(...borders(sentText)).split(" ");
  const bad = spoken.findIndex((word) => word === "" || BREAK.test(word));
  if (bad >= 0) throw new InputError(`${at}: “sentText”: word ${bad} ${spoken[bad] === "" ? "is empty" : `, “${quoted(spoken[bad])}”, contains a tab or a line break`}. Separate words by one space each.`);
  const { before, text, words } = spanlight ?? {};
  let last = 0;
  const fits = (word, i) => Array.isArray(word) && Number.isInteger(word[0]) && word[0] >= last && text.slice(word[0], word[1]) === spoken[i] && (last = word[1]) > word[0];
  const agrees = typeof before === "string" && typeof text === "string" && Array.isArray(words) && words.length === spoken.length && words.every(fits);
  if (agrees) return spanlight;
  const plain = spoken.map(unescapeWord);
  let offset = 0;
  const ranges = plain.map((word) => [offset, (offset += word.length + 1) - 1]);
  return { before: gap, text: plain.join(" "), words: ranges };
}

/** The range of a text without the white space of ASCII around it. (A regular expression would take quadratic time.) */
function borders(text) {
  let [start, end] = [0, text.length];
  while (start < end && " \t\n\f\r".includes(text[start])) start++;
  while (end > start && " \t\n\f\r".includes(text[end - 1])) end--;
  return [start, end];
}

/** The indices of the entities of each sentence. */
export function groupsOf(sentences, entities) {
  const order = entities.map((_, index) => index).sort((a, b) => entities[a].start - entities[b].start || entities[b].end - entities[a].end);
  let next = 0;
  return sentences.map(({ end }) => {
    const from = next;
    while (next < order.length && entities[order[next]].end <= end) next++;
    return order.slice(from, next).sort((a, b) => a - b);
  });
}

/** The words of a sentence, cut at the borders of its entities. */
export function wordsIn(text, { start, end, words }, entities) {
  const known = words ?? wordsOf(text.slice(start, end)).map(([from, to]) => [start + from, start + to]);
  return cutWords(known, entities.flatMap((entity) => [entity.start, entity.end]));
}

function mention({ start, end, type, score, source }, words, spoken, emId) {
  const [from, to] = rangeOf(words, start, end);
  return { emId, text: words.slice(from, to).map(spoken).join(" "), offset: [from, to], label: type, ...about(score, source) };
}

const link = ({ type, score, source }, head, tail) => ({ em1Id: head.emId, em1Text: head.text, em2Id: tail.emId, em2Text: tail.text, label: type, ...about(score, source) });

const about = (score, source) => ({ ...(score !== null && { score }), source });

const idOf = ({ article, index }, order) => `${article}-${index}-E${order + 1}`;
