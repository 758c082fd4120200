const COLUMNS = ["head", "head_type", "relation", "tail", "tail_type", "score", "by", "sentence", "head_start", "head_end", "tail_start", "tail_end", "sentence_text"];
const NUMBER = /^-?\d+([.,]\d+)*$/;

/**
 * Writes one relation per line, for a spreadsheet. Offsets are UTF-16 code units of the text.
 * @param {import("../document/flat.js").Flat} flat
 */
export function writeCsv({ text, sentences, entities, relations }) {
  let number = 0;
  const rows = relations.map(({ head, tail, type, score, source }) => {
    const [from, to] = [entities[head], entities[tail]];
    // Relations mostly follow the order of their sentences, so the search seldom restarts.
    if (sentences[number].start > from.start) number = 0;
    while (sentences[number].end < from.end) number++;
    const { start, end } = sentences[number];
    const surface = (entity) => oneLine(text.slice(entity.start, entity.end));
    return [
      surface(from), from.type, type, surface(to), to.type, score === null ? "" : score.toFixed(4), source,
      number + 1, from.start, from.end, to.start, to.end, oneLine(text.slice(start, end)),
    ];
  });
  // Spreadsheets recognise UTF-8 by the byte order mark.
  return `\ufeff${[COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value) {
  const text = typeof value === "string" ? inert(value.toWellFormed()) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Quotes text that a spreadsheet would run as a formula. */
const inert = (text) => (/^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text);

const oneLine = (text) => text.replace(/\s+/g, " ");
