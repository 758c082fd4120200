// The formats, without a browser: written documents are read again without loss.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { flatten, unflatten } from "../../www/js/document/flat.js";
import { readBrat, writeBrat } from "../../www/js/formats/brat.js";
import { CodePoints } from "../../www/js/formats/code_points.js";
import { writeConll } from "../../www/js/formats/conll.js";
import { writeCsv } from "../../www/js/formats/csv.js";
import { readJson, writeJson } from "../../www/js/formats/json.js";
import { readJsonl, writeJsonl } from "../../www/js/formats/jsonl.js";
import { plainText } from "../../www/js/formats/markdown.js";
import { goldOf } from "../../www/js/score/words.js";
import { Random } from "./random.mjs";
import { facts, trickyDocument, trickyText } from "./tricky.mjs";

const TRIES = 400;

/** @param {(document: import("../../www/js/document/document.js").Document, seed: number) => void} check */
const forMany = (name, check) =>
  test(name, () => {
    for (let seed = 1; seed <= TRIES; seed++) check(trickyDocument(new Random(seed)), seed);
  });

const ABOUT = { name: "a paper", model: { name: "science", format: 1 } };

forMany("a document is the same after it was made flat and deep again", (document, seed) => {
  const flat = flatten(document);
  const again = flatten(unflatten(flat));
  assert.deepEqual(again.sentences, flat.sentences, `seed ${seed}`);
  assert.deepEqual(facts(again), facts(flat), `seed ${seed}`);
});

forMany("JSON loses nothing", (document, seed) => {
  const flat = flatten(document);
  const { name, ...read } = readJson(JSON.parse(writeJson(flat, ABOUT)));
  assert.equal(name, ABOUT.name);
  assert.deepEqual(read, flat, `seed ${seed}`);
});

test("JSON keeps lone surrogates", () => {
  const text = "a \ud800 parser \udc00 b";
  const flat = flatten(unflatten({ text, entities: [{ start: 4, end: 12, type: "Method", score: null, source: "human" }], relations: [] }));
  assert.deepEqual(readJson(JSON.parse(writeJson(flat, ABOUT))).entities, flat.entities);
});

forMany("the training format loses nothing", (document, seed) => {
  const flat = flatten(document);
  if (flat.sentences.length === 0) return;
  assert.deepEqual(facts(readJsonl(writeJsonl(flat, ABOUT))), facts(flat), `seed ${seed}`);
});

forMany("the training format holds for readers that know words only", (document, seed) => {
  for (const line of writeJsonl(flatten(document), ABOUT).trim().split("\n").filter(Boolean)) {
    const { sentText, entityMentions, relationMentions } = JSON.parse(line);
    const words = sentText.split(" ");
    assert.ok(words.every((word) => word !== "" && !/[\t\n\f\r]/.test(word)), `seed ${seed}`);
    for (const { offset: [start, end], text } of entityMentions) assert.equal(words.slice(start, end).join(" "), text, `seed ${seed}`);
    const texts = new Map(entityMentions.map(({ emId, text }) => [emId, text]));
    assert.equal(texts.size, entityMentions.length);
    for (const { em1Id, em1Text, em2Id, em2Text } of relationMentions) assert.deepEqual([texts.get(em1Id), texts.get(em2Id)], [em1Text, em2Text]);
  }
});

test("a training file of another program keeps its sentences, articles and escapes", () => {
  const line = (articleId, sentId, sentText, entityMentions = [], relationMentions = []) => JSON.stringify({ articleId, sentId, sentText, entityMentions, relationMentions });
  const mentions = [{ emId: "x1", text: "CRF", offset: [1, 2], label: "Method" }, { emId: "x2", text: "tagging", offset: [4, 5], label: "Task" }];
  const relation = { em1Id: "x1", em1Text: "CRF", em2Id: "x2", em2Text: "tagging", label: "USED-FOR" };
  const flat = readJsonl([line("a", 3, "A CRF -LRB- for tagging -RRB- .", mentions, [relation]), line("a", 4, "It works ."), "", line("b", 0, "Next .")].join("\n"));
  assert.equal(flat.text, "A CRF ( for tagging ) .\nIt works .\n\nNext .");
  assert.deepEqual(flat.entities.map(({ start, end, type, source }) => [flat.text.slice(start, end), type, source]), [["CRF", "Method", "human"], ["tagging", "Task", "human"]]);
  assert.deepEqual(flat.relations.map(({ head, tail, type }) => [head, tail, type]), [[0, 1, "USED-FOR"]]);
  const written = writeJsonl(flatten(unflatten(flat)), ABOUT).trim().split("\n").map((one) => JSON.parse(one));
  assert.deepEqual(written.map(({ articleId, sentId }) => [articleId, sentId]), [["a", 3], ["a", 4], ["b", 0]]);
});

const shared = (name) => readFileSync(new URL(`../formats/${name}`, import.meta.url), "utf8");

for (const name of ["pspe.json", "page.jsonl"]) {
  test(`the page and the crate “formats” read the same in ${name}`, () => {
    const { sentences } = JSON.parse(shared(`${name}.expected.json`));
    const flat = readJsonl(shared(name));
    assert.equal(flat.sentences.length, sentences.length);
    const gold = goldOf(unflatten(flat).sentences, "page");
    // The page has no file name with which to replace a missing article.
    const named = gold.map((sentence, i) => ({ ...sentence, document: sentence.document || sentences[i].document }));
    assert.deepEqual(named, sentences);
  });
}

test("the page writes the stored files byte for byte", () => {
  const flat = readJson(JSON.parse(shared("page.json")));
  const about = { name: "page", model: null };
  assert.equal(writeJson(flat, about), shared("page.json"));
  assert.equal(writeJsonl(flat, about), shared("page.jsonl"));
  assert.deepEqual(writeBrat(flat), { txt: shared("page.txt"), ann: shared("page.ann") });
  assert.equal(writeConll(flat, about), shared("page.conllup"));
  assert.equal(writeCsv(flat), shared("page.csv"));
  assert.deepEqual(facts(readBrat(shared("page.txt"), shared("page.ann"))), facts(flat));
  assert.deepEqual(facts(readJsonl(shared("page.jsonl"))), facts(flat));
});

test("an invalid line of the training format is named", () => {
  assert.throws(() => readJsonl('{"sentText":"a b"}\n{"sentText":'), /line 2: this is not JSON/);
  assert.throws(() => readJsonl('{"sentText":"a b","entityMentions":[{"emId":"1","offset":[1,3],"label":"X"}]}'), /line 1: entityMentions\[0\]\.offset: the words 1–3 are not a span of the sentence's 2 words/);
  assert.throws(() => readJsonl('{"sentText":"a b","relationMentions":[{"em1Id":"1","em2Id":"2","label":"X"}]}'), /points at a mention/);
});

forMany("brat's files lose nothing", (document, seed) => {
  const flat = flatten(document);
  const { txt, ann } = writeBrat(flat);
  const read = readBrat(txt, ann);
  assert.deepEqual(read.left, []);
  assert.deepEqual(facts(flatten(unflatten(read))), facts(flat), `seed ${seed}`);
});

test("brat's offsets count characters, as Python does", () => {
  const text = "𝔖𝔖 parser";
  const { ann } = writeBrat({ text, entities: [{ start: 5, end: 11, type: "Method", score: null, source: "human" }], relations: [] });
  assert.match(ann, /^T1\tMethod 3 9\tparser\n/);
});

test("unsupported brat annotations are reported, and a wrong pair of files is refused", () => {
  const ann = "T1\tMethod 0 6\tparser\nE1\tMethod:T1\n*\tAlias T1 T2\nT2\tTask 7 11\ttask\nA1\tNegation E1\n";
  const read = readBrat("parser task", ann);
  assert.deepEqual(read.relations.map(({ head, tail, type }) => [head, tail, type]), [[0, 1, "Alias"]]);
  assert.equal(read.left.length, 2);
  assert.throws(() => readBrat("a parser task", ann), /line 1.*Do the two files belong together/);
});

test("code points and UTF-16 code units convert into each other", () => {
  const random = new Random(7);
  for (let i = 0; i < 100; i++) {
    const text = trickyText(random, 20);
    const places = new CodePoints(text);
    let unit = 0;
    for (const [count, character] of [...text].entries()) {
      assert.equal(places.count(unit), count);
      assert.equal(places.unit(count), unit);
      unit += character.length;
    }
    assert.equal(places.unit([...text].length + 1), null);
  }
});

forMany("CoNLL has a row for every word, and consistent BIO tags", (document, seed) => {
  const flat = flatten(document);
  const rows = writeConll(flat, ABOUT).split("\n").filter((line) => /^\d+\t/.test(line)).map((line) => line.split("\t"));
  const starts = new Map();
  for (const [, form, tags, , misc] of rows) {
    const [start, end] = misc.match(/\d+/g).map(Number);
    assert.equal(form, flat.text.slice(start, end), `seed ${seed}`);
    for (const tag of tags.split("|").filter((one) => one.startsWith("B-"))) starts.set(`${start} ${tag}`, (starts.get(`${start} ${tag}`) ?? 0) + 1);
  }
  const begun = [...starts.values()].reduce((a, b) => a + b, 0);
  assert.equal(begun, flat.entities.length, `seed ${seed}`);
  const links = rows.flatMap(([, , , links]) => (links === "_" ? [] : links.split("|")));
  assert.equal(links.length, flat.relations.length, `seed ${seed}`);
});

forMany("CSV has a line for every relation, and no formula", (document, seed) => {
  const flat = flatten(document);
  const rows = parseCsv(writeCsv(flat).replace(/^\ufeff/, ""));
  assert.equal(rows.length, flat.relations.length + 1, `seed ${seed}`);
  for (const [index, row] of rows.slice(1).entries()) {
    assert.equal(row.length, 13, `seed ${seed}`);
    const { head } = flat.relations[index];
    assert.deepEqual([Number(row[8]), Number(row[9])], [flat.entities[head].start, flat.entities[head].end]);
    for (const cell of row) assert.ok(!/^[=+@]/.test(cell) && !/^-\D/.test(cell), `seed ${seed}: ${cell}`);
  }
});

function parseCsv(content) {
  const rows = [[]];
  for (const [, quoted, plain, end] of content.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("Markdown becomes plain text", () => {
  const source = `---\ntitle: x\n---\n# A *parser* #\n\nWe use [a **CRF**](http://a.org/b_c) for \`tagging\`, see ![fig](x.png).\n\n- one\n2. two\n> said\n\n\`\`\`js\ncode()\n\`\`\`\n\n| a | b |\n|---|:--|\n| c_d_e | 3 \\* 4 |\n\nsnake_case and __bold__ 2 * 3 * 4 <br> <https://x.org>\n\n***\n[1]: http://x.org`;
  assert.equal(
    plainText(source),
    "A parser #\n\nWe use a CRF for tagging, see fig.\n\none\ntwo\nsaid\n\na; b\nc_d_e; 3 * 4\n\nsnake_case and bold 2 * 3 * 4  https://x.org",
  );
});

test("hostile Markdown is read in linear time", () => {
  for (const bit of ["[", "*a ", "<a", "`", " ", "_a ", "![", "| ", "#", "\\", "> "]) plainText(`x${bit.repeat(200_000)}x`);
});

test("an annotation that crosses sentences joins them", () => {
  const text = "One parser. Two tasks. Three sets.";
  const entities = [{ start: 4, end: 10, type: "Method" }, { start: 16, end: 21, type: "Task" }];
  const flat = flatten(unflatten({ text, entities, relations: [{ head: 0, tail: 1, type: "USED-FOR" }] }));
  assert.deepEqual(flat.sentences.map(({ start, end }) => text.slice(start, end)), ["One parser. Two tasks.", "Three sets."]);
  assert.throws(() => unflatten({ text, entities: [{ start: 4, end: 99, type: "X" }], relations: [] }), /entity 1.*4–99/);
});
