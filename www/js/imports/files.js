import { readBrat } from "../formats/brat.js";
import { readJson } from "../formats/json.js";
import { readJsonl } from "../formats/jsonl.js";
import { plainText } from "../formats/markdown.js";
import { decode } from "./decode.js";
import { readTexts } from "./texts.js";

const MODEL = ["manifest.json", "tokenizer.json", "weights.safetensors"];
const RE3D = ["documents.json", "entities.json", "relations.json"];

/**
 * The content of opened files.
 * @typedef {{kind: "text", name: string, text: string, notes: string[]}} TextFile
 * @typedef {{kind: "document", name: string, flat: import("../document/flat.js").Flat, notes: string[]}} DocumentFile
 * @typedef {{kind: "gold", name: string, text: string, parts?: {name: string, text: string}[], notes?: string[]}} GoldFile annotations in a
 *   format that the engine reads
 * @typedef {{kind: "model", parts: Record<"manifest"|"tokenizer"|"weights", Uint8Array>}} ModelFiles
 */

/**
 * @param {File[]} files one file, or files that belong together: brat's two, re3d's three, or a model's three
 * @returns {Promise<TextFile|DocumentFile|GoldFile|ModelFiles>}
 * @throws {Error} that names the file and what is wrong with it
 */
export async function readFiles(files) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const [manifest, tokenizer, weights] = MODEL.map((name) => byName.get(name));
  if (manifest || weights) {
    const missing = MODEL.filter((name) => !byName.has(name));
    if (missing.length > 0) throw new Error(`A model is three files: ${missing.join(" and ")} missing. Drop or open the three together.`);
    const [a, b, c] = await Promise.all([manifest, tokenizer, weights].map(async (file) => new Uint8Array(await file.arrayBuffer())));
    return { kind: "model", parts: { manifest: a, tokenizer: b, weights: c } };
  }
  const annotations = files.find(({ name }) => name.endsWith(".ann"));
  if (annotations) return readPair(annotations, files);
  if (files.length === RE3D.length && RE3D.every((name) => byName.has(name))) return readRe3d(RE3D.map((name) => byName.get(name)));
  if (files.length !== 1) throw new Error("Open one file at a time, or brat’s .txt and .ann together.");
  return readOne(files[0]);
}

async function readPair(annotations, files) {
  const stem = annotations.name.slice(0, -4);
  const text = files.find(({ name }) => name === `${stem}.txt`);
  if (!text) throw new Error(`${annotations.name}: its text, ${stem}.txt, is missing. Open the two together.`);
  const [words, marks] = [await decode(text), await decode(annotations)];
  const { left, ...flat } = named(annotations.name, () => readBrat(words.text, marks.text));
  const notes = left.length > 0 ? [`${annotations.name}: ${left.length} annotations are of kinds that spanlight does not know and were left out, such as ${left[0]}`] : [];
  return { kind: "document", name: stem, flat, notes: [...words.notes, ...notes] };
}

async function readRe3d(files) {
  const [documents, ...parts] = await Promise.all(files.map(async (file) => ({ name: file.name, ...(await decode(file)) })));
  return { kind: "gold", name: documents.name, text: documents.text, parts: parts.map(({ name, text }) => ({ name, text })), notes: [documents, ...parts].flatMap(({ notes }) => notes) };
}

async function readOne(file) {
  const { text, notes } = await decode(file);
  const name = file.name.replace(/\.[^.]*$/, "");
  if (/\.(md|markdown)$/i.test(file.name)) return { kind: "text", name, text: plainText(text), notes };
  if (!/\.(jsonl?|ndjson)$/i.test(file.name)) return { kind: "text", name, text: text.replace(/\r\n?/g, "\n"), notes };
  return named(file.name, () => structured(file.name, name, text, notes));
}

/** Reads a JSON file or a JSON lines file. */
function structured(fileName, name, text, notes) {
  const whole = parsed(text);
  if (typeof whole?.text === "string" && (whole.entities || whole.offsets)) {
    const { name: own, ...flat } = readJson(whole);
    return { kind: "document", name: own ?? name, flat, notes };
  }
  const first = whole ?? parsed(text.trimStart().split("\n", 1)[0]);
  if (first === undefined) throw new Error("this is neither JSON nor JSON lines");
  if (typeof first?.sentText === "string" && isWordOffsets(first)) return { kind: "document", name, flat: readJsonl(text), notes };
  if (typeof first?.text === "string") return { ...readTexts(text, name), notes };
  return { kind: "gold", name: fileName, text, notes };
}

/** Whether the mentions of a `sentText` record have offsets. The engine reads files without them. */
const isWordOffsets = ({ entityMentions = [], relationMentions = [] }) =>
  entityMentions.every(({ offset }) => Array.isArray(offset)) && relationMentions.every(({ em1Id }) => em1Id !== undefined);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function named(name, read) {
  try {
    return read();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`);
  }
}
