import { InputError } from "../input_error.js";

const NEWLINE = 10;

/**
 * The lines that are not blank, with their numbers from 1. A file of 32 MB may consist of line ends, so that a list of all
 * lines would take a gigabyte.
 * @param {string} text
 * @returns {Generator<[number, string]>}
 */
export function* linesOf(text) {
  let number = 1;
  for (let at = 0; at < text.length; number++) {
    if (text.charCodeAt(at) === NEWLINE) {
      at++;
      continue;
    }
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (/\S/.test(line)) yield [number, line];
    at = end < 0 ? text.length : end + 1;
  }
}

/**
 * Parses a line of a file of JSON lines.
 * @param {string} line @param {number} number
 * @returns {any}
 * @throws {InputError} that names the line and the character
 */
export function parseLine(line, number) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new InputError(`line ${number}: this is not JSON${placeOf(error, line)}. Each line must be one complete JSON record.`);
  }
}

/** Where a text stops being JSON, as far as the browser tells. @param {any} error @param {string} text */
export function placeOf({ message }, text) {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return /end of/i.test(message) ? ": it ends too early" : "";
  const before = text.slice(0, Number(position));
  const lines = before.split("\n");
  return lines.length > 1 ? ` from line ${lines.length}, character ${lines.at(-1).length + 1}` : ` from character ${Number(position) + 1}`;
}
