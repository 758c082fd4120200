import { InputError } from "./input_error.js";

// Demands on values of parsed JSON. `at` names the place, such as “line 3: sentences[0]”.

// Length at which a quoted value is cut.
const QUOTED = 60;

/** @param {any} value @param {string} at @returns {any[]} empty if the value is missing */
export function list(value, at) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InputError(`${at} is ${kind(value)}, not a list. Write a list, or leave the field out.`);
  return value;
}

/** @param {any} value @param {string} at @returns {Record<string, any>} */
export function record(value, at) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InputError(`${at} is ${kind(value)}, not an object in braces.`);
  return value;
}

/** @param {any} value @param {string} at @returns {string} */
export function string(value, at) {
  if (typeof value !== "string") throw new InputError(`${at} is ${kind(value)}, not a text in quotation marks.`);
  return value;
}

/** @param {any} value @param {string} at @returns {number} a whole number from 0 */
export function whole(value, at) {
  if (!Number.isSafeInteger(value) || value < 0) throw new InputError(`${at} is ${kind(value)}, not a whole number from 0.`);
  return value;
}

/** A value in an error message. @param {any} value @returns {string} */
export function kind(value) {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? `“${quoted(value)}”` : String(value);
}

/** @param {string} text */
export const quoted = (text) => (text.length > QUOTED ? `${text.slice(0, QUOTED).toWellFormed()}…` : text.toWellFormed());
