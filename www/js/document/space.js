const SPACE = /\p{White_Space}/u;

/**
 * Trims white space from both ends of a span; null if nothing remains.
 * @param {string} text @param {number} start @param {number} end
 * @returns {{start: number, end: number}|null}
 */
export function trimmed(text, start, end) {
  while (start < end && SPACE.test(text[start])) start++;
  while (end > start && SPACE.test(text[end - 1])) end--;
  return start < end ? { start, end } : null;
}
