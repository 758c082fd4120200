import { list, record, string, whole } from "../demand.js";
import { judgement } from "../formats/json.js";
import { linesOf, parseLine } from "../formats/lines.js";
import { InputError } from "../input_error.js";

// Where other programs put annotations. Their offsets follow rules of their own, so only the text is read.
const FOREIGN = ["annotations", "cats", "entities", "extractions", "label", "labels", "relations", "spans", "tokens"];

/**
 * Reads JSON lines with one text each, as `spanlight predict` reads and writes them. Several texts are joined by an
 * empty line.
 * @param {string} content @param {string} name
 * @returns {Omit<import("./files.js").TextFile, "name">|{kind: "flat", flat: import("../document/flat.js").Flat, notes: string[]}}
 */
export function readTexts(content, name) {
  const flat = { text: "", sentences: [], entities: [], relations: [] };
  const foreign = new Set();
  const texts = [];
  let length = 0;
  for (const [number, line] of linesOf(content)) {
    const at = `line ${number}`;
    const one = record(parseLine(line, number), `${at}: the record`);
    const text = string(one.text, `${at}: “text”`);
    if (texts.length > 0) length += 2;
    let last = 0;
    list(one.sentences, `${at}: “sentences”`).forEach((sentence, index) => (last = add(flat, sentence, { at: `${at}: sentences[${index}]`, from: last, to: text.length, shift: length })));
    for (const field of FOREIGN) if (one[field] && !one.sentences && Object.keys(one[field]).length > 0) foreign.add(field);
    texts.push(text);
    length += text.length;
  }
  flat.text = texts.join("\n\n");
  const notes = foreign.size > 0 ? [`${name}: only the text was opened. The annotations in ${[...foreign].map((field) => `“${field}”`).join(", ")} are in the format of another program, which this page does not read.`] : [];
  return flat.sentences.length > 0 ? { kind: "flat", flat, notes } : { kind: "text", text: flat.text, notes };
}

/** @returns {number} the end of the sentence in its text */
function add(flat, sentence, { at, from, to, shift }) {
  const { start, end, entities, relations } = record(sentence, at);
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < from || end <= start || end > to) {
    throw new InputError(`${at}: ${start}–${end} is not a range of the text after the previous sentence. Offsets count UTF-16 units.`);
  }
  flat.sentences.push({ start: start + shift, end: end + shift, words: null, checked: false });
  const first = flat.entities.length;
  list(entities, `${at}.entities`).forEach((entity, index) => {
    const place = `${at}.entities[${index}]`;
    const { start: from, end: to, type, ...about } = record(entity, place);
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < start || to <= from || to > end) throw new InputError(`${place}: ${from}–${to} is not a range of its sentence, ${start}–${end}.`);
    flat.entities.push({ start: from + shift, end: to + shift, type: string(type, `${place}.type`), ...judgement(about) });
  });
  const count = flat.entities.length - first;
  list(relations, `${at}.relations`).forEach((relation, index) => {
    const place = `${at}.relations[${index}]`;
    const { head, tail, type, ...about } = record(relation, place);
    for (const end of [head, tail]) if (whole(end, `${place}: an end`) >= count) throw new InputError(`${place} points at entity ${end}, but its sentence has ${count}, counted from 0.`);
    flat.relations.push({ head: head + first, tail: tail + first, type: string(type, `${place}.type`), ...judgement(about) });
  });
  return end;
}
