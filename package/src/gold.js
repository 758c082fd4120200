import { SpanlightError } from "./error.js";
import * as dygie from "./gold/dygie.js";
import { Fault, Field } from "./gold/field.js";
import * as pspe from "./gold/pspe.js";
import * as spert from "./gold/spert.js";

/**
 * Annotated sentences of a file.
 * @typedef {object} Gold
 * @property {"dygie"|"spert"|"pspe"} format what the file was read as
 * @property {import("../spanlight_web.js").GoldSentence[]} sentences those that have words
 * @property {string[]} defects annotations that were left out because the task cannot express them
 */

/**
 * An annotated file.
 * @typedef {object} GoldFile
 * @property {string} name its name, for messages
 * @property {string} text what is in it
 * @property {"auto"|"dygie"|"spert"|"pspe"} [format] "auto" (the default) sees it from the first record
 */

const FORMATS = { dygie, spert, pspe };
const MARKS = { sentences: "dygie", tokens: "spert", sentText: "pspe" };

/**
 * Reads JSON lines, or one JSON array, as the native program does.
 * @param {GoldFile} file
 * @param {(words: string[]) => Promise<string[]>} unescape undoes treebank escapes
 * @returns {Promise<Gold>}
 */
export async function readGold({ name, text, format = "auto" }, unescape) {
  const sentences = [];
  const defects = [];
  const stem = name.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
  for (const { value, place, number } of records(name, text)) {
    try {
      if (format === "auto") format = formatOf(value);
      const origin = { document: stem, number, note: (problem) => defects.push(`${name}, ${place}: ${problem}`) };
      if (!Object.hasOwn(FORMATS, format)) throw new Fault("", `there is no format “${format}”; use one of auto, ${Object.keys(FORMATS).join(", ")}`);
      sentences.push(...FORMATS[format].parse(new Field(value), origin));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new SpanlightError("data", `${name}, ${place}${error.field && `, ${error.field}`}: ${error.message}`);
    }
  }
  const kept = sentences.filter(({ words }) => words.length > 0);
  if (kept.length === 0) throw new SpanlightError("data", `${name}: it has no sentences.`);
  await unescapeAll(kept, unescape);
  return { format: /** @type {Gold["format"]} */ (format), sentences: kept, defects };
}

/** @param {string} name @param {string} text */
function* records(name, text) {
  const parse = (json, place) => {
    try {
      return JSON.parse(json);
    } catch (error) {
      throw new SpanlightError("data", `${name}, ${place}: ${/** @type {Error} */ (error).message}; mend the JSON`);
    }
  };
  const body = text.replace(/^\ufeff/, "");
  if (body.trimStart().startsWith("[")) {
    for (const [index, value] of parse(body, "the array").entries()) yield { value, place: `record ${index + 1}`, number: index };
    return;
  }
  let number = 0;
  for (const [index, line] of body.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `line ${index + 1}`;
    yield { value: parse(line, place), place, number: number++ };
  }
}

/** @param {any} record */
function formatOf(record) {
  const mark = Object.keys(MARKS).find((field) => record?.[field] !== undefined);
  if (!mark) throw new Fault("", `it has none of the fields ${Object.keys(MARKS).join(", ")}`);
  return MARKS[mark];
}

/** @param {Gold["sentences"]} sentences @param {(words: string[]) => Promise<string[]>} unescape */
async function unescapeAll(sentences, unescape) {
  const plain = await unescape(sentences.flatMap(({ words }) => words));
  let from = 0;
  for (const sentence of sentences) sentence.words = plain.slice(from, (from += sentence.words.length));
}
