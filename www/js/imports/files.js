import { unflatten } from "../document/flat.js";
import { plural } from "../format.js";
import { readBrat } from "../formats/brat.js";
import { readJson } from "../formats/json.js";
import { readJsonl } from "../formats/jsonl.js";
import { linesOf, placeOf } from "../formats/lines.js";
import { plainText } from "../formats/markdown.js";
import { InputError } from "../input_error.js";
import { bytesOf, decode } from "./decode.js";
import { readTexts } from "./texts.js";

const MODEL = ["manifest.json", "tokenizer.json", "weights.safetensors"];
const RE3D = ["documents.json", "entities.json", "relations.json"];
// Files that hold markup or columns besides the text, which this page reads as they are.
const MARKED = /\.(conll\w*|conllup?|bio|iob2?|csv|tsv|xmi|xml|html?|pubtator|rtf|tex)$/i;

/**
 * The content of opened files.
 * @typedef {{kind: "text", name: string, text: string, notes: string[]}} TextFile
 * @typedef {{kind: "document", name: string, document: import("../document/document.js").Document, notes: string[]}} DocumentFile
 * @typedef {{kind: "gold", name: string, text: string, parts?: {name: string, text: string}[], notes?: string[]}} GoldFile annotations in a
 *   format that the engine reads
 * @typedef {{kind: "model", parts: Record<"manifest"|"tokenizer"|"weights", Uint8Array<ArrayBuffer>>}} ModelFiles
 */

/**
 * @param {File[]} files one file, or files that belong together: brat's two, re3d's three, or a model's three
 * @returns {Promise<TextFile|DocumentFile|GoldFile|ModelFiles>}
 * @throws {InputError} that names the file, the place and what is wrong with it
 */
export async function readFiles(files) {
  if (files.length === 0) throw new InputError("There is no file in what you dropped. Drop files, or a folder with files.");
  const byName = new Map(files.map((file) => [file.name, file]));
  const [manifest, tokenizer, weights] = MODEL.map((name) => byName.get(name));
  if (manifest || weights) {
    const missing = MODEL.filter((name) => !byName.has(name));
    if (missing.length > 0) throw new InputError(`A model is three files: ${missing.join(" and ")} missing. Drop or open the three together.`);
    const [a, b, c] = await Promise.all([manifest, tokenizer, weights].map(async (file) => new Uint8Array(await bytesOf(file))));
    return { kind: "model", parts: { manifest: a, tokenizer: b, weights: c } };
  }
  const annotations = files.find(({ name }) => name.endsWith(".ann"));
  if (annotations) return readPair(annotations, files);
  if (files.length === RE3D.length && RE3D.every((name) => byName.has(name))) return readRe3d(RE3D.map((name) => byName.get(name)));
  if (files.length !== 1) throw new InputError("Open one file at a time, or brat’s .txt and .ann together.");
  return readOne(files[0]);
}

/** @param {File} annotations @param {File[]} files @returns {Promise<TextFile|DocumentFile|GoldFile>} */
async function readPair(annotations, files) {
  const stem = annotations.name.slice(0, -4);
  const text = files.find(({ name }) => name === `${stem}.txt`);
  if (!text) throw new InputError(`${annotations.name}: its text, ${stem}.txt, is missing. Open the two together.`);
  const [words, marks] = [await decode(text), await decode(annotations)];
  return named(annotations.name, () => {
    const { left, widened, ...flat } = readBrat(words.text, marks.text, words.marked);
    const notes = [...words.notes];
    if (left.length > 0) notes.push(`${annotations.name}: ${plural(left.length, "annotation")} of kinds that spanlight does not know ${left.length === 1 ? "was" : "were"} left out, such as ${left[0]}`);
    if (widened.length > 0) notes.push(`${annotations.name}: ${plural(widened.length, "entity", "entities")} in several parts ${widened.length === 1 ? "was" : "were"} opened together with the words between the parts, from ${widened[0]} on.`);
    return { kind: "document", name: stem, document: unflatten(flat), notes };
  });
}

/** @param {File[]} files @returns {Promise<GoldFile>} */
async function readRe3d(files) {
  const [documents, ...parts] = await Promise.all(files.map(async (file) => ({ name: file.name, ...(await decode(file)) })));
  return { kind: "gold", name: documents.name, text: documents.text, parts: parts.map(({ name, text }) => ({ name, text })), notes: [documents, ...parts].flatMap(({ notes }) => notes) };
}

/** @param {File} file @returns {Promise<TextFile|DocumentFile|GoldFile>} */
async function readOne(file) {
  const { text, notes } = await decode(file);
  const name = file.name.replace(/\.[^.]*$/, "");
  if (/\.(md|markdown)$/i.test(file.name)) return { kind: "text", name, text: plainText(text), notes };
  if (!/\.(jsonl?|ndjson)$/i.test(file.name)) {
    if (MARKED.test(file.name)) notes.push(`${file.name} was opened as plain text, with its markup or columns: this page does not read this format. For annotations, use JSON, JSON lines or brat.`);
    return { kind: "text", name, text: text.replace(/\r\n?/g, "\n"), notes };
  }
  return named(file.name, () => structured(file.name, name, text, notes));
}

/** Reads a JSON file or a JSON lines file. @returns {TextFile|DocumentFile|GoldFile} */
function structured(fileName, name, text, notes) {
  const first = linesOf(text).next().value;
  if (!first) throw new InputError("the file is empty");
  const whole = parsed(text);
  if (typeof whole?.text === "string" && (whole.entities || whole.offsets)) {
    const { name: own, ...flat } = readJson(whole);
    return { kind: "document", name: own ?? name, document: unflatten(flat), notes };
  }
  const one = whole ?? parsed(first[1]);
  if (one === undefined) throw new InputError(`this is neither JSON nor JSON lines${whyNot(first[1])}. Write one JSON record a line, or one for the whole file.`);
  if (typeof one?.sentText === "string" && isWordOffsets(one)) return { kind: "document", name, document: unflatten(readJsonl(text)), notes };
  if (typeof one?.text === "string") {
    const { notes: more, ...found } = readTexts(whole === undefined ? text : JSON.stringify(whole), fileName);
    const all = [...notes, ...more];
    return found.kind === "flat" ? { kind: "document", name, document: unflatten(found.flat), notes: all } : { ...found, name, notes: all };
  }
  return { kind: "gold", name: fileName, text, notes };
}

/** Whether the mentions of a `sentText` record have offsets. The engine reads files without them. */
const isWordOffsets = ({ entityMentions, relationMentions }) =>
  !lacks(entityMentions, ({ offset }) => Array.isArray(offset)) && !lacks(relationMentions, ({ em1Id }) => em1Id !== undefined);

/** Whether a value is a list of records of which one fails a test. */
const lacks = (value, test) => Array.isArray(value) && value.some((one) => typeof one === "object" && one !== null && !test(one));

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whyNot(line) {
  try {
    JSON.parse(line);
    return "";
  } catch (error) {
    return placeOf(error, line);
  }
}

/** @param {string} name @param {() => TextFile|DocumentFile|GoldFile} read */
function named(name, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${name}: ${error.message}`);
    throw error;
  }
}
