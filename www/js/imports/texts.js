import { judgement } from "../formats/json.js";

/**
 * Reads JSON lines with one text each, as `spanlight predict` reads and writes them. Several texts are joined by an
 * empty line.
 * @param {string} content @param {string} name
 * @returns {Omit<import("./files.js").TextFile, "notes">|Omit<import("./files.js").DocumentFile, "notes">}
 */
export function readTexts(content, name) {
  const flat = { text: "", sentences: [], entities: [], relations: [] };
  for (const [number, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `line ${number + 1}`;
    const record = parsed(line, at);
    if (typeof record?.text !== "string") throw new Error(`${at}: “text” is missing`);
    flat.text += flat.text === "" ? "" : "\n\n";
    for (const sentence of record.sentences ?? []) add(flat, sentence, flat.text.length);
    flat.text += record.text;
  }
  return flat.sentences.length > 0 ? { kind: "document", name, flat } : { kind: "text", name, text: flat.text };
}

function add(flat, { start, end, entities = [], relations = [] }, shift) {
  const first = flat.entities.length;
  flat.sentences.push({ start: start + shift, end: end + shift, words: null, checked: false });
  for (const { start: from, end: to, type, ...about } of entities) flat.entities.push({ start: from + shift, end: to + shift, type: String(type), ...judgement(about) });
  for (const { head, tail, type, ...about } of relations) flat.relations.push({ head: head + first, tail: tail + first, type: String(type), ...judgement(about) });
}

function parsed(line, at) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${at}: this is not JSON (${error.message})`);
  }
}
