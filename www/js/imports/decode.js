import { InputError } from "../input_error.js";

const MAX_BYTES = 32_000_000;
const OTHERS = [
  ["%PDF", "a PDF. Open it, select its text, copy it and paste it here."],
  ["PK\x03\x04", "an archive or an office document. Open it, select its text, copy it and paste it here."],
  ["{\\rtf", "rich text. Save it as plain text first."],
  ["PAR1", "a Parquet file. Convert it to JSON lines first."],
  ["\x1f\x8b", "compressed. Unpack it first."],
  ["\xd0\xcf\x11\xe0", "an old office document. Open it, select its text, copy it and paste it here."],
];

/**
 * Reads the text of a file in UTF-8, UTF-16 or Windows-1252.
 * @param {File} file
 * @returns {Promise<{text: string, notes: string[], marked: boolean}>} `marked`: the file began with a byte order mark
 * @throws {InputError} if the file is too large or is not text
 */
export async function decode(file) {
  if (file.size > MAX_BYTES) throw new InputError(`${file.name}: the file has ${Math.round(file.size / 1e6)} MB; this page opens files of up to ${MAX_BYTES / 1e6} MB. Split it, or use “spanlight predict”.`);
  const bytes = new Uint8Array(await bytesOf(file));
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  const marked = start.startsWith("\xef\xbb\xbf");
  const other = OTHERS.find(([mark]) => start.startsWith(mark));
  if (other) throw new InputError(`${file.name}: this is ${other[1]}`);
  if (bytes.subarray(0, 4096).filter((byte) => byte === 0).length > 64 && !/^\xff\xfe|^\xfe\xff/.test(start)) throw new InputError(`${file.name}: this is not a text file.`);
  const mark = start.startsWith("\xff\xfe") ? "utf-16le" : start.startsWith("\xfe\xff") ? "utf-16be" : null;
  if (mark) return { text: new TextDecoder(mark).decode(bytes), notes: [], marked };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), notes: [], marked };
  } catch {
    if (bytes.subarray(0, 4096).some((byte) => byte < 9)) throw new InputError(`${file.name}: this is not a text file.`);
    return { text: new TextDecoder("windows-1252").decode(bytes), notes: [`${file.name} is not in UTF-8; it was read as Windows-1252.`], marked };
  }
}

/** @param {File} file */
export function bytesOf(file) {
  return file.arrayBuffer().catch(() => {
    throw new InputError(`${file.name}: the file could not be read. It may have been moved or changed; choose it again.`);
  });
}
