const COLUMNS = ["head", "head_type", "relation", "tail", "tail_type", "score", "by", "sentence", "head_start", "head_end", "tail_start", "tail_end", "sentence_text"];
const NUMBER = /^-?\d+([.,]\d+)*$/;

/**
 * One relation a line, for a spreadsheet. Offsets are UTF-16 units of the text.
 * @param {import("../document/flat.js").Flat} flat
 */
export function writeCsv({ text, sentences, entities, relations }) {
  let number = 0;
  const rows = relations.map(({ head, tail, type, score, source }) => {
    const [from, to] = [entities[head], entities[tail]];
    // Relations come in the order of their sentences, mostly.
    if (sentences[number].start > from.start) number = 0;
    while (sentences[number].end < from.end) number++;
    const { start, end } = sentences[number];
    const surface = (entity) => oneLine(text.slice(entity.start, entity.end));
    return [
      surface(from), from.type, type, surface(to), to.type, score === null ? "" : score.toFixed(4), source,
      number + 1, from.start, from.end, to.start, to.end, oneLine(text.slice(start, end)),
    ];
  });
  // The mark at the start is how spreadsheets tell UTF-8.
  return `\ufeff${[COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value) {
  const text = typeof value === "string" ? inert(value.toWellFormed()) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Spreadsheets would run what begins like a formula. */
const inert = (text) => (/^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text);

const oneLine = (text) => text.replace(/\s+/g, " ");
