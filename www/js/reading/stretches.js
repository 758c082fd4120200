// The layout time of a paragraph grows with the square of its number of pieces.
const PIECES = 300;
const LENGTH = 10_000;

/** @typedef {import("./spans.js").Node} Node */

/**
 * Cuts an extremely long sentence into stretches with separate layout.
 * @param {Node[]} nodes @param {string} text
 * @returns {Node[][]} one stretch for a sentence of usual length
 */
export function stretches(nodes, text) {
  const all = [[]];
  let length = 0;
  for (const node of nodes.flatMap((one) => cut(one, text))) {
    const own = node.end - node.start;
    if (all.at(-1).length >= PIECES || (length > 0 && length + own > LENGTH)) {
      all.push([]);
      length = 0;
    }
    all.at(-1).push(node);
    length += own;
  }
  return all;
}

/** Cuts unmarked text, but never inside a surrogate pair. @returns {Node[]} */
function cut(node, text) {
  const parts = [];
  let { start } = node;
  while (!node.piece && node.end - start > LENGTH) {
    const whole = /[\udc00-\udfff]/.test(text[start + LENGTH]) ? 1 : 0;
    parts.push({ start, end: start + LENGTH + whole });
    start += LENGTH + whole;
  }
  return [...parts, { ...node, start }];
}
