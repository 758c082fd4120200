/**
 * The part of a text selection that lies in one sentence; null if there is none.
 * @param {Selection} selection @param {import("../reading/reading.js").Reading} reading
 * @returns {{place: number, start: number, end: number}|null}
 */
export function stretchOf(selection, reading) {
  if (selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const element = (node) => (node instanceof Element ? node : node.parentElement);
  const text = element(range.startContainer)?.closest(".sentence-text") ?? element(range.endContainer)?.closest(".sentence-text");
  if (!text || !range.intersectsNode(text)) return null;
  const place = reading.rows.indexOf(reading.rowOf(text));
  const before = document.createRange();
  before.selectNodeContents(text);
  const { length } = before.toString();
  const offset = (node, at) => {
    if (!text.contains(node)) return null;
    before.setEnd(node, at);
    return before.toString().length;
  };
  const start = offset(range.startContainer, range.startOffset) ?? 0;
  const end = offset(range.endContainer, range.endOffset) ?? length;
  return place >= 0 && start < end ? { place, start, end } : null;
}

/** @param {HTMLElement} element @param {number} start @param {number} end offsets in its text @returns {Range} */
export function rangeOf(element, start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let offset = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { length } = /** @type {Text} */ (node).data;
    if (start >= offset && start <= offset + length) range.setStart(node, start - offset);
    if (end <= offset + length) {
      range.setEnd(node, end - offset);
      break;
    }
    offset += length;
  }
  return range;
}
