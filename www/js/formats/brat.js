import { quoted } from "../demand.js";
import { InputError } from "../input_error.js";
import { CodePoints } from "./code_points.js";
import { linesOf } from "./lines.js";

/** @typedef {import("../document/flat.js").Flat} Flat */

const NOTE = /^(?:score (?<score>\S+), )?by (?:a )?(?<source>model|human)$/;

// A line as Python splits lines, since brat is written in Python.
const LINE = /[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+/g;

/**
 * Writes brat's standoff format: the text, and a file of annotations whose offsets count characters.
 * @param {Flat} flat
 * @returns {{txt: string, ann: string}}
 */
export function writeBrat({ text, entities, relations }) {
  const places = new CodePoints(text);
  const lines = [];
  for (const [index, { start, end, type, score, source }] of entities.entries()) {
    const fragments = fragmentsOf(text, start, end);
    const offsets = fragments.map(([from, to]) => `${places.count(from)} ${places.count(to)}`).join(";");
    const surface = fragments.map(([from, to]) => text.slice(from, to)).join(" ");
    lines.push(`T${index + 1}\t${escaped(type)} ${offsets}\t${surface}`, noteOf(`T${index + 1}`, score, source));
  }
  for (const [index, { head, tail, type, score, source }] of relations.entries()) {
    lines.push(`R${index + 1}\t${escaped(type)} Arg1:T${head + 1} Arg2:T${tail + 1}`, noteOf(`R${index + 1}`, score, source));
  }
  const numbered = lines.map((line, index) => (line.startsWith("#") ? `#${index + 1}${line.slice(1)}` : line));
  return { txt: text.toWellFormed(), ann: numbered.map((line) => `${line}\n`).join("").toWellFormed() };
}

/**
 * @param {string} text
 * @param {string} ann
 * @param {boolean} [marked] the file of the text began with a byte order mark, which brat counts as a character
 * @returns {Omit<Flat, "sentences"> & {left: string[], widened: string[]}} `left` lists the annotations of kinds that this
 *   page does not support, `widened` the places of entities in several parts, which became one with the words between them
 * @throws {InputError} that names the line
 */
export function readBrat(text, ann, marked = false) {
  const places = new CodePoints(text);
  const [entities, relations, left, widened] = [[], [], [], []];
  const byId = new Map();
  const others = new Set();
  const links = [];
  const notes = new Map();
  let skip = 0;
  for (const [number, raw] of linesOf(ann)) {
    const at = `line ${number}`;
    const line = raw.replace(/\r$/, "");
    const [id, body, ...rest] = line.split("\t");
    const words = rest.join("\t");
    if (id.startsWith("T")) {
      if (byId.has(id)) throw new InputError(`${at}: ${quoted(id)} is there twice. Give each entity an id of its own.`);
      if (entities.length === 0 && marked && !agrees(spanOf(body, places, text, 0, at), words)) skip = 1;
      const span = spanOf(body, places, text, skip, at);
      if (!agrees(span, words)) throw new InputError(`${at}: the text at ${quoted(span.offsets)} is “${quoted(span.own)}”, not “${quoted(words)}”. Do the two files belong together?`);
      if (span.wide) widened.push(at);
      byId.set(id, entities.push({ start: span.start, end: span.end, type: span.type }) - 1);
    } else if (id.startsWith("R")) links.push({ id, body, at, line });
    else if (id.startsWith("*")) for (const link of chain(body, at, line)) links.push(link);
    else if (id.startsWith("#") && NOTE.test(words)) notes.set(body?.split(" ")[1], { at, ...NOTE.exec(words).groups });
    else {
      others.add(id);
      left.push(excerpt(at, line));
    }
  }
  for (const [id, index] of byId) Object.assign(entities[index], judgement(notes.get(id)));
  for (const { id, body, at, line } of links) {
    const [type, ...ends] = (body ?? "").split(" ").filter(Boolean);
    const names = ends.map((end) => end.replace(/^[^:]*:/, ""));
    if (type === undefined || names.length < 2) throw new InputError(`${at}: expected “Type Arg1:T1 Arg2:T2”, found “${quoted(body ?? "")}”`);
    const lost = names.slice(0, 2).find((name) => !byId.has(name) && !others.has(name));
    if (lost !== undefined) throw new InputError(`${at}: the relation points at “${quoted(lost)}”, which is not in the file`);
    const [head, tail] = names.map((name) => byId.get(name));
    // One that joins events has no place here.
    if (head === undefined || tail === undefined) left.push(excerpt(at, line));
    else relations.push({ head, tail, type: unescaped(type), ...judgement(notes.get(id)) });
  }
  return { text, entities, relations, left, widened };
}

const excerpt = (at, line) => `${at}: “${quoted(line)}”`;

/** @param {number} skip number of characters before the text that the offsets count */
function spanOf(body, places, text, skip, at) {
  const match = /^(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)$/.exec(body ?? "");
  if (!match) throw new InputError(`${at}: expected “Type start end”, found “${quoted(body ?? "")}”`);
  const numbers = match[2].split(/[ ;]/).map((number) => (Number(number) < skip ? null : places.unit(Number(number) - skip)));
  const parts = numbers.flatMap((from, i) => (i % 2 ? [] : [[from, numbers[i + 1]]]));
  if (parts.some(([from, to]) => from === null || to === null || from >= to)) throw new InputError(`${at}: ${quoted(match[2])} does not lie in the text. Do the two files belong together?`);
  parts.sort((a, b) => a[0] - b[0]);
  const [start, end] = [parts[0][0], parts.at(-1)[1]];
  if (end <= start) throw new InputError(`${at}: the parts of ${quoted(match[2])} overlap`);
  const wide = parts.slice(1).some(([from], i) => /\S/.test(text.slice(parts[i][1], from)));
  const own = parts.map(([from, to]) => text.slice(from, to)).join(" ");
  return { start, end, type: unescaped(match[1]), offsets: match[2], own, wide };
}

/** Whether the words of an annotation are those of its span, apart from white space. */
function agrees({ own }, words) {
  const bare = (part) => part.toWellFormed().replace(/\s+/g, " ").trim();
  return bare(own) === bare(words);
}

/** "EQUIV T1 T2 T3" becomes a relation between each two neighbours. */
function chain(body, at, line) {
  const [type, ...ids] = body?.split(" ") ?? [];
  return ids.slice(1).map((id, index) => ({ id: "", body: `${type} Arg1:${ids[index]} Arg2:${id}`, at, line }));
}

/** Cuts a mention at line ends, since brat wants one fragment per line. */
function fragmentsOf(text, start, end) {
  const fragments = [];
  for (const { index, 0: line } of text.slice(start, end).matchAll(LINE)) fragments.push([start + index, start + index + line.length]);
  return fragments;
}

const noteOf = (id, score, source) => `#\tAnnotatorNotes ${id}\t${score === null ? "" : `score ${score}, `}by ${source === "model" ? "model" : "a human"}`;

function judgement(note) {
  const score = note?.score === undefined ? null : Number(note.score);
  if (score !== null && !Number.isFinite(score)) throw new InputError(`${note.at}: “${quoted(note.score)}” is no score. Write a number such as 0.75, or leave the note out.`);
  return { score, source: note?.source ?? "human" };
}

// A type is one word in brat; other characters are percent-encoded.
const escaped = (type) => type.toWellFormed().replace(/[^\p{L}\p{N}_.-]/gu, (mark) => Array.from(new TextEncoder().encode(mark), hex).join(""));

const hex = (byte) => `%${byte.toString(16).padStart(2, "0")}`;

function unescaped(type) {
  try {
    return decodeURIComponent(type);
  } catch {
    return type;
  }
}
