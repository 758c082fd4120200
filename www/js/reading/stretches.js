// A browser's time for one paragraph grows with the square of its pieces.
const PIECES = 300;
const LENGTH = 10_000;

/** @typedef {import("./spans.js").Node} Node */

/**
 * Cuts a sentence that is far longer than sentences are into stretches that are laid out by themselves.
 * @param {Node[]} nodes @param {string} text
 * @returns {Node[][]} one stretch, for all usual sentences
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

/** Cuts text in which nothing is marked, though not within a character. @returns {Node[]} */
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
