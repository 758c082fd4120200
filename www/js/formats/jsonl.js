import { groupBy } from "../document/group.js";
import { cutWords, wordsOf } from "../document/words.js";
import { judgement } from "./json.js";
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
  for (const [number, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `line ${number + 1}`;
    const record = parsed(line, at);
    if (typeof record?.sentText !== "string") throw new Error(`${at}: “sentText” is missing`);
    const first = article === null;
    const same = first || article === record.articleId;
    article = record.articleId ?? "";
    add(flat, record, first ? "" : same ? "\n" : "\n\n", at);
  }
  return flat;
}

function add(flat, record, gap, at) {
  const { before, text, words, after = "", checked } = layout(record, gap);
  const start = flat.text.length + before.length;
  flat.text += before + text + (typeof after === "string" ? after : "");
  const absolute = words.map(([from, to]) => [start + from, start + to]);
  const origin = { article: String(record.articleId ?? ""), index: Number.isInteger(Number(record.sentId)) ? Number(record.sentId) : flat.sentences.length };
  flat.sentences.push({ start, end: start + text.length, words: absolute, checked: checked === true, origin });
  const byId = new Map();
  for (const { emId, offset, label, ...about } of record.entityMentions ?? []) {
    const [from, to] = Array.isArray(offset) ? offset : [];
    if (!(from >= 0 && from < to && to <= words.length)) throw new Error(`${at}: the mention “${emId}” covers the words ${from}–${to} of ${words.length}`);
    byId.set(emId, flat.entities.push({ start: absolute[from][0], end: absolute[to - 1][1], type: String(label), ...judgement(about) }) - 1);
  }
  for (const { em1Id, em2Id, label, ...about } of record.relationMentions ?? []) {
    if (!byId.has(em1Id) || !byId.has(em2Id)) throw new Error(`${at}: a relation “${label}” points at a mention that the line does not have`);
    flat.relations.push({ head: byId.get(em1Id), tail: byId.get(em2Id), type: String(label), ...judgement(about) });
  }
}

/** Restores the text of a sentence from the field `spanlight`, if the field is present and consistent. */
function layout({ sentText, spanlight }, gap) {
  const spoken = sentText.replace(/^[ \t\n\f\r]+|[ \t\n\f\r]+$/g, "").split(" ");
  const { before, text, words } = spanlight ?? {};
  const agrees = typeof before === "string" && typeof text === "string" && Array.isArray(words) && words.length === spoken.length &&
    words.every(([start, end], i) => text.slice(start, end) === spoken[i]);
  if (agrees) return spanlight;
  const plain = spoken.map(unescapeWord);
  let offset = 0;
  const ranges = plain.map((word) => [offset, (offset += word.length + 1) - 1]);
  return { before: gap, text: plain.join(" "), words: ranges };
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
  const from = words.findIndex((word) => word[0] >= start);
  const to = words.findLastIndex((word) => word[1] <= end) + 1;
  return { emId, text: words.slice(from, to).map(spoken).join(" "), offset: [from, to], label: type, ...about(score, source) };
}

const link = ({ type, score, source }, head, tail) => ({ em1Id: head.emId, em1Text: head.text, em2Id: tail.emId, em2Text: tail.text, label: type, ...about(score, source) });

const about = (score, source) => ({ ...(score !== null && { score }), source });

const idOf = ({ article, index }, order) => `${article}-${index}-E${order + 1}`;

function parsed(line, at) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${at}: this is not JSON (${error.message})`);
  }
}
