import { writeBrat } from "../formats/brat.js";
import { writeConll } from "../formats/conll.js";
import { writeCsv } from "../formats/csv.js";
import { writeHtml } from "../formats/html.js";
import { writeJson } from "../formats/json.js";
import { writeJsonl } from "../formats/jsonl.js";
import { writeSvg } from "../formats/svg.js";
import { lightPalette, paletteStyle } from "./palette.js";

/**
 * The input of a writer.
 * @typedef {{flat: import("../document/flat.js").Flat, name: string, model: {name: string, format: number}|null, schema: import("../document/schema.js").Schema,
 *   sentence: import("../document/document.js").Sentence, findings: import("../document/document.js").Findings}} ExportInput
 *   `sentence` is the selected or topmost visible sentence, `findings` its visible findings
 * @typedef {{id: string, title: string, about: string, gold?: boolean, files: {ending: string, type: string, write: (input: ExportInput) => string}[]}} Kind
 */

const about = ({ name, model }) => ({ name, model });

/** @type {Kind[]} */
export const KINDS = [
  {
    id: "json",
    title: "JSON",
    about: "Everything, with offsets in UTF-16 units. This page can open it again.",
    files: [{ ending: ".json", type: "application/json", write: (input) => writeJson(input.flat, about(input)) }],
  },
  {
    id: "jsonl",
    title: "JSON lines for training",
    about: "One sentence per line, with offsets in words, for “spanlight finetune”.",
    gold: true,
    files: [{ ending: ".jsonl", type: "application/jsonl", write: (input) => writeJsonl(input.flat, about(input)) }],
  },
  {
    id: "brat",
    title: "brat",
    about: "Two files that belong together: the text and its annotations.",
    files: [
      { ending: ".txt", type: "text/plain", write: ({ flat }) => writeBrat(flat).txt },
      { ending: ".ann", type: "text/plain", write: ({ flat }) => writeBrat(flat).ann },
    ],
  },
  {
    id: "conll",
    title: "CoNLL-U Plus",
    about: "One word per line, with BIO tags and relations.",
    files: [{ ending: ".conllup", type: "text/plain", write: (input) => writeConll(input.flat, about(input)) }],
  },
  {
    id: "csv",
    title: "CSV",
    about: "One relation per line, for a spreadsheet.",
    files: [{ ending: ".csv", type: "text/csv", write: ({ flat }) => writeCsv(flat) }],
  },
  {
    id: "html",
    title: "HTML",
    about: "A standalone page with the marked text, without scripts.",
    files: [{ ending: ".html", type: "text/html", write: ({ flat, name, schema }) => writeHtml(flat, { name, schema, palette: paletteStyle() }) }],
  },
  {
    id: "svg",
    title: "SVG of the sentence",
    about: "A picture of the selected sentence with its arcs.",
    files: [
      {
        ending: ".svg",
        type: "image/svg+xml",
        write: ({ sentence, findings, schema }) => writeSvg(sentence, findings, { schema, palette: lightPalette(), measure }),
      },
    ],
  },
];

let pen = null;

function measure(text, font) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen.measureText(text).width;
}
