import { CodePoints } from "./code_points.js";

/** @typedef {import("../document/flat.js").Flat} Flat */

const NOTE = /^(?:score (?<score>[\d.e+-]+), )?by (?:a )?(?<source>model|human)$/;

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
    const fragments = linesOf(text, start, end);
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
 * @returns {Omit<Flat, "sentences"> & {left: string[]}} `left` lists the annotations of kinds that this page does not support
 */
export function readBrat(text, ann) {
  const places = new CodePoints(text);
  const [entities, relations, left] = [[], [], []];
  const byId = new Map();
  const links = [];
  const notes = new Map();
  for (const [number, line] of ann.split(/\r?\n/).entries()) {
    const at = `line ${number + 1}`;
    if (line.trim() === "") continue;
    const [id, body, ...rest] = line.split("\t");
    const words = rest.join("\t");
    if (id.startsWith("T")) byId.set(id, entities.push(entityOf(body, words, places, text, at)) - 1);
    else if (id.startsWith("R")) links.push({ id, body, at });
    else if (id.startsWith("*")) links.push(...chain(body, at));
    else if (id.startsWith("#") && NOTE.test(words)) notes.set(body?.split(" ")[1], NOTE.exec(words).groups);
    else left.push(`${at}: “${line.slice(0, 60)}”`);
  }
  for (const [id, index] of byId) Object.assign(entities[index], judgement(notes.get(id)));
  for (const { id, body, at } of links) {
    const [type, ...ends] = body?.split(" ") ?? [];
    const [head, tail] = ends.map((end) => byId.get(end.replace(/^[^:]*:/, "")));
    if (head === undefined || tail === undefined) throw new Error(`${at}: a relation points at an entity that is not in the file`);
    relations.push({ head, tail, type: unescaped(type), ...judgement(notes.get(id)) });
  }
  return { text, entities, relations, left };
}

function entityOf(body, words, places, text, at) {
  const match = /^(\S+) (\d+ \d+(?:;\d+ \d+)*)$/.exec(body ?? "");
  if (!match) throw new Error(`${at}: expected “Type start end”`);
  const numbers = match[2].split(/[ ;]/).map((number) => places.unit(Number(number)));
  const [start, end] = [numbers[0], numbers.at(-1)];
  const bare = (part) => part.toWellFormed().replace(/\s+/g, " ").trim();
  const own = numbers.flatMap((from, i) => (i % 2 ? [] : [text.slice(from, numbers[i + 1])])).join(" ");
  if (numbers.some((number) => number === null) || bare(own) !== bare(words)) {
    throw new Error(`${at}: the text at ${match[2]} is “${own.slice(0, 60)}”, not “${words.slice(0, 60)}”. Do the two files belong together?`);
  }
  return { start, end, type: unescaped(match[1]) };
}

/** "EQUIV T1 T2 T3" becomes a relation between each two neighbours. */
function chain(body, at) {
  const [type, ...ids] = body?.split(" ") ?? [];
  return ids.slice(1).map((id, index) => ({ id: "", body: `${type} Arg1:${ids[index]} Arg2:${id}`, at }));
}

/** Cuts a mention at line ends, since brat wants one fragment per line. */
function linesOf(text, start, end) {
  const fragments = [];
  for (const { index, 0: line } of text.slice(start, end).matchAll(LINE)) fragments.push([start + index, start + index + line.length]);
  return fragments;
}

const noteOf = (id, score, source) => `#\tAnnotatorNotes ${id}\t${score === null ? "" : `score ${score}, `}by ${source === "model" ? "model" : "a human"}`;

const judgement = (note) => ({ score: note?.score === undefined ? null : Number(note.score), source: note?.source ?? "human" });

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
