const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Text as it stands in HTML and in SVG files. What XML cannot hold becomes a replacement character.
 * @param {string} text
 */
export const escaped = (text) =>
  text
    .toWellFormed()
    .replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (mark) => MARKS[mark]);
