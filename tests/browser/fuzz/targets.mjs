import { readFileSync, readdirSync } from "node:fs";
import { Choice } from "../../../www/js/document/choice.js";
import { flatten, unflatten } from "../../../www/js/document/flat.js";
import { Intake } from "../../../www/js/document/intake.js";
import { Document } from "../../../www/js/document/document.js";
import { Schema } from "../../../www/js/document/schema.js";
import { sentencesOf } from "../../../www/js/document/sentences.js";
import { cutWords, snap, wordsOf } from "../../../www/js/document/words.js";
import { readBrat, writeBrat } from "../../../www/js/formats/brat.js";
import { writeConll } from "../../../www/js/formats/conll.js";
import { writeCsv } from "../../../www/js/formats/csv.js";
import { writeHtml } from "../../../www/js/formats/html.js";
import { readJson, writeJson } from "../../../www/js/formats/json.js";
import { readJsonl, writeJsonl } from "../../../www/js/formats/jsonl.js";
import { plainText } from "../../../www/js/formats/markdown.js";
import { writeSvg } from "../../../www/js/formats/svg.js";
import { decode } from "../../../www/js/imports/decode.js";
import { readFiles } from "../../../www/js/imports/files.js";
import { readTexts } from "../../../www/js/imports/texts.js";
import { InputError } from "../../../www/js/input_error.js";
import { nest } from "../../../www/js/reading/spans.js";
import { goldOf, spelled } from "../../../www/js/score/words.js";
import { readSettings } from "../../../www/js/settings.js";
import { revive, stored } from "../../../www/js/store/work.js";
import { Random } from "../random.mjs";
import { trickyDocument, trickyText } from "../tricky.mjs";

const FORMATS = new URL("../../formats/", import.meta.url);
const sample = (name) => readFileSync(new URL(name, FORMATS), "utf8");
const samples = (pattern) => readdirSync(FORMATS).filter((name) => pattern.test(name)).map(sample);

/** Separates the parts of an input that has several. */
export const PART = "\n=====\n";

const TEXTS = [
  '{"text":"A parser works. It is fast.","sentences":[{"start":0,"end":15,"entities":[{"start":2,"end":8,"type":"Method","score":0.5},{"start":9,"end":14,"type":"Task"}],"relations":[{"head":0,"tail":1,"type":"USED-FOR","score":0.4}]},{"start":16,"end":27}]}\n{"text":"Next.","sentences":[]}',
  '{"text":"only text"}\n\n{"text":"and more","label":[[0,3,"X"]]}',
];
const MARKDOWN = ["---\ntitle: x\n---\n# A *parser* #\n\nWe use [a **CRF**](http://a.org/b_c) for `tagging`, see ![fig](x.png).\n\n- one\n2. two\n> said\n\n```js\ncode()\n```\n\n| a | b |\n|---|:--|\n| c_d_e | 3 \\* 4 |\n\nsnake_case and __bold__ <br> <https://x.org>\n\n***\n[1]: http://x.org"];
const PROSE = [1, 2, 3, 4].map((seed) => trickyText(new Random(seed), 40));
const WORK = [5, 6, 7, 8].map((seed) => JSON.stringify(workOf(trickyDocument(new Random(seed)))));

function workOf(document) {
  const choice = new Choice();
  choice.toggle("entity", "Method");
  choice.demand("relation", ["USED-FOR"], 0.4);
  choice.allow([["Method", "USED-FOR", "Task"]], false);
  const schema = new Schema({ entities: ["Method"], relations: ["USED-FOR"], symmetric: [] });
  schema.learn(document.sentences);
  return stored({ name: "x", rest: document.rest, sentences: document.sentences, choice: choice.keep(), schema: schema.keep(), model: { name: "m", format: 1 }, read: 3 });
}

const measure = (text) => text.length * 7;
const PALETTE = Array.from({ length: 8 }, () => ({ tint: "#eee", bar: "#000", ink: "#111" }));

/** Writes a document in every format, and reads back what can be read. @param {Document} document */
function everywhere(document) {
  const flat = flatten(document);
  const schema = new Schema({ entities: [], relations: [], symmetric: ["USED-FOR"] });
  schema.learn(document.sentences);
  const about = { name: "x", model: null };
  readJson(JSON.parse(writeJson(flat, about)));
  readJsonl(writeJsonl(flat, about));
  const { txt, ann } = writeBrat(flat);
  readBrat(txt, ann);
  writeConll(flat, about);
  writeCsv(flat);
  writeHtml(flat, { name: "x", schema, palette: "" });
  for (const sentence of document.sentences) {
    nest(sentence.entities, 0, sentence.text.length);
    writeSvg(sentence, sentence, { schema, palette: PALETTE, measure });
  }
  for (const gold of goldOf(document.sentences, "x")) spelled(gold.words, gold);
}

const shown = (flat) => everywhere(unflatten(flat));

/** Reads an input that is JSON; the page parses before it reads. @param {(data: any) => unknown} read */
const parsed = (read) => (/** @type {string} */ input) => {
  let data;
  try {
    data = JSON.parse(input);
  } catch {
    return undefined;
  }
  return read(data);
};

/**
 * What the page reads. `seeds` are sound inputs, and `read` reads one: it returns, or throws an error of its own.
 * @type {Record<string, {seeds: string[], read: (input: string) => unknown}>}
 */
export const TARGETS = {
  json: {
    seeds: samples(/^page\.json$/),
    read: parsed((data) => shown(readJson(data))),
  },
  jsonl: { seeds: samples(/^(page\.jsonl|pspe\.json)$/), read: (input) => shown(readJsonl(input)) },
  texts: {
    seeds: TEXTS,
    read(input) {
      const found = readTexts(input, "x.jsonl");
      if (found.kind === "flat") shown(found.flat);
    },
  },
  brat: {
    seeds: [sample("page.txt") + PART + sample("page.ann"), `left x right\n${PART}T1\tX 0 4;7 12\tleft right\nT2\tY 5 6\tx\nE1\tX:T1\nR1\tR Arg1:T1 Arg2:T2\n*\tEQUIV T1 T2\n#1\tAnnotatorNotes T1\tscore 0.5, by model\n`],
    read(input) {
      const [text, ann = ""] = input.split(PART);
      shown(readBrat(text, ann, text.startsWith("\ufeff")));
    },
  },
  markdown: { seeds: MARKDOWN, read: plainText },
  sentences: { seeds: PROSE, read: sentencesOf },
  words: {
    seeds: PROSE,
    read(input) {
      const words = cutWords(wordsOf(input), [3, 7, input.length >> 1]);
      snap(words, input.length >> 2, input.length >> 1);
    },
  },
  work: {
    seeds: WORK,
    read: parsed((data) => {
      const { document, choice, schema } = revive(data);
      new Choice().restore(choice);
      new Schema(schema).learn(document.sentences);
      everywhere(document);
    }),
  },
  files: {
    seeds: ["a.json", "a.jsonl", "a.md", "a.txt", "a.csv"].flatMap((name) => samples(/^(page|pspe|dygie|spert)\.(jsonl?|txt)$/).map((content) => name + PART + content)),
    async read(input) {
      const parts = input.split(PART);
      const files = parts.length > 3 ? [new File([parts[1]], "a.txt"), new File([parts[3]], "a.ann")] : [new File([parts[1] ?? ""], parts[0])];
      const found = await readFiles(files);
      if (found.kind === "document") everywhere(found.document);
    },
  },
  bytes: { seeds: PROSE, read: (input) => decode(new File([Buffer.from(input, "latin1")], "a.txt")) },
  settings: {
    seeds: ["?model=models/science/&backend=cpu", "?model=%25E0%25A4%25A", "?model=https://example.org/x&backend=quantum"],
    read: (input) => readSettings(input, "https://a.example/page/"),
  },
  batches: {
    seeds: TEXTS.map((text) => text.split("\n")[0]),
    read: parsed((data) => {
      if (!Array.isArray(data?.sentences) || typeof data.text !== "string") return;
      // The engine's batches have the right types; their numbers may be anything.
      const number = (value) => (typeof value === "number" ? value : 0);
      const sentences = data.sentences.map((one) => ({
        start: number(one?.start),
        end: number(one?.end),
        entities: (Array.isArray(one?.entities) ? one.entities : []).map((entity) => ({ start: number(entity?.start), end: number(entity?.end), type: "X", score: 0.5 })),
        relations: (Array.isArray(one?.relations) ? one.relations : []).map((relation) => ({ head: number(relation?.head), tail: number(relation?.tail), type: "R", score: 0.5 })),
      }));
      const document = new Document(data.text);
      new Intake(document).take(sentences);
      everywhere(document);
    }),
  },
};

/** Whether an error is one that the page writes for its reader. @param {unknown} error */
export const isOwn = (error) => error instanceof InputError;
