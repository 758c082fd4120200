// The files that the page opens, without a browser: what is wrong with them is named, and reading takes linear time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sentencesOf } from "../../www/js/document/sentences.js";
import { InputError } from "../../www/js/input_error.js";
import { filesOf } from "../../www/js/imports/drop.js";
import { readFiles } from "../../www/js/imports/files.js";
import { flatten, unflatten } from "../../www/js/document/flat.js";
import { writeConll } from "../../www/js/formats/conll.js";
import { linesOf } from "../../www/js/formats/lines.js";
import { nest } from "../../www/js/reading/spans.js";
import { goldOf } from "../../www/js/score/words.js";

const open = (...files) => readFiles(files.map(([name, content]) => new File([content], name)));

/** @param {[string, string][]} files */
async function refusal(...files) {
  const error = await open(...files).then(() => null, (reason) => reason);
  assert.ok(error, `${files[0][0]} was opened`);
  assert.ok(error instanceof InputError, `${error.stack}`);
  return error.message;
}

const FINE = '{"sentText": "first line is fine"}';
const LINE = (rest) => `${FINE}\n{"sentText": "a b", ${rest}}`;

for (const [name, content, says] of [
  ["mentions null", LINE('"entityMentions": [null]'), /^a\.jsonl: line 2: entityMentions\[0\] is null, not an object/],
  ["mentions as an object", LINE('"entityMentions": {}'), /^a\.jsonl: line 2: “entityMentions” is an object, not a list\. Write a list/],
  ["a fraction as offset", LINE('"entityMentions": [{"emId": "1", "offset": [0.5, 1], "label": "X"}]'), /line 2: entityMentions\[0\]\.offset: the words 0\.5–1 are not a span/],
  ["relations null", LINE('"relationMentions": [null]'), /line 2: relationMentions\[0\] is null/],
  ["a label that is no text", LINE('"entityMentions": [{"emId": "1", "offset": [0, 1], "label": null}]'), /line 2: entityMentions\[0\]\.label is null, not a text/],
  ["an id twice", LINE('"entityMentions": [{"emId": "1", "offset": [0, 1], "label": "X"}, {"emId": "1", "offset": [1, 2], "label": "X"}]'), /line 2: entityMentions\[1\]\.emId: the id “1” is there twice/],
  ["an end that is not there", LINE('"relationMentions": [{"em1Id": "1", "em2Id": "2", "label": "X"}]'), /line 2: relationMentions\[0\]\.em1Id: “1” points at a mention/],
  ["a tab in a word", `${FINE}\n{"sentText": "a b\\tc d"}`, /line 2: “sentText”: word 1 , “b\tc”, contains a tab or a line break/],
  ["an empty word", `${FINE}\n{"sentText": "a  b"}`, /line 2: “sentText”: word 1 is empty\. Separate words by one space each/],
  ["a broken line", `${FINE}\n{"sentText": }`, /line 2: this is not JSON.*Each line must be one complete JSON record/],
  ["a sentence that is null", '{"text": "fine."}\n{"text": "abc", "sentences": [null]}', /line 2: sentences\[0\] is null/],
  ["sentences out of order", '{"text":"Hello world.","sentences":[{"start":5,"end":2},{"start":6,"end":9}]}', /line 1: sentences\[0\]: 5–2 is not a range/],
  ["overlapping sentences", '{"text":"Hello world.","sentences":[{"start":0,"end":7},{"start":6,"end":9}]}', /line 1: sentences\[1\]: 6–9 is not a range of the text after the previous sentence/],
  ["an entity outside its sentence", '{"text":"Hello world.","sentences":[{"start":0,"end":5,"entities":[{"start":6,"end":9,"type":"X"}]}]}', /line 1: sentences\[0\]\.entities\[0\]: 6–9 is not a range of its sentence, 0–5/],
  ["neither JSON nor JSON lines", "nonsense", /^a\.jsonl: this is neither JSON nor JSON lines/],
  ["an empty file", " \n", /^a\.jsonl: the file is empty/],
]) {
  test(`JSON lines: ${name}`, async () => assert.match(await refusal(["a.jsonl", content]), says));
}

test("words that are no ranges of a line are ignored in favour of its text", async () => {
  const { document } = await open(["a.jsonl", LINE('"spanlight": {"before": "", "text": "a b", "words": [null, null]}')]);
  assert.equal(document.text, "first line is fine\na b");
});

for (const [name, data, says] of [
  ["a word with a line break", { text: "a\nb c", offsets: "UTF-16", sentences: [{ start: 0, end: 5, words: [[0, 3], [4, 5]] }] }, /a\.json: sentences\[0\]\.words\[0\]: the word “a\nb” contains a tab or a line break/],
  ["words out of order", { text: "a b", offsets: "UTF-16", sentences: [{ start: 0, end: 3, words: [[2, 3], [0, 1]] }] }, /sentences\[0\]\.words\[1\]: 0–1 is not a range of the sentence after the previous word/],
  ["an entity of another text", { text: "a b", entities: [{ start: 0, end: 1, type: "X", text: "b" }] }, /entities\[0\]: the text from 0 to 1 is “a”, not “b”/],
  ["a relation without an end", { text: "a b", entities: [{ start: 0, end: 1, type: "X" }], relations: [{ head: 0, type: "R" }] }, /relations\[0\] points at entity missing, but the file has 1/],
  ["entities as an object", { text: "a", entities: {} }, /“entities” is an object, not a list/],
]) {
  test(`JSON: ${name}`, async () => assert.match(await refusal(["a.json", JSON.stringify(data)]), says));
}

const BRAT = (ann) => [["a.txt", "parser task"], ["a.ann", ann]];

for (const [name, ann, says] of [
  ["a score that is no number", "T1\tMethod 0 6\tparser\n#1\tAnnotatorNotes T1\tscore 1.2.3, by a human\n", /^a\.ann: line 2: “1\.2\.3” is no score/],
  ["a missing argument", "T1\tMethod 0 6\tparser\nR1\tUses Arg1:T1\n", /line 2: expected “Type Arg1:T1 Arg2:T2”/],
  ["an entity that is not there", "T1\tMethod 0 6\tparser\nR1\tUses Arg1:T1 Arg2:T9\n", /line 2: the relation points at “T9”, which is not in the file/],
  ["an id twice", "T1\tMethod 0 6\tparser\nT1\tTask 7 11\ttask\n", /line 2: T1 is there twice/],
]) {
  test(`brat: ${name}`, async () => assert.match(await refusal(...BRAT(ann)), says));
}

test("brat: a byte order mark counts as a character, as in brat", async () => {
  const text = "\ufeffparser task";
  for (const ann of ["T1\tMethod 1 7\tparser\nT2\tTask 8 12\ttask\n", "T1\tMethod 0 6\tparser\nT2\tTask 7 11\ttask\n"]) {
    const { document } = await open(["a.txt", text], ["a.ann", ann]);
    assert.deepEqual(flatten(document).entities.map(({ start, end }) => document.text.slice(start, end)), ["parser", "task"]);
  }
});

test("the table of words has one row for each word, whatever the words are", () => {
  const flat = { text: "a\nb c", sentences: [{ start: 0, end: 5, words: [[0, 3], [4, 5]], checked: false }], entities: [], relations: [] };
  const rows = writeConll(flat, { name: "x" }).split("\n").filter((line) => /^\d+\t/.test(line));
  assert.deepEqual(rows.map((row) => row.split("\t")[1]), ["a_b", "c"]);
});

test("all entries of a dropped folder are read, which a browser hands over in parts", async () => {
  const entries = Array.from({ length: 250 }, (_, i) => ({ isFile: true, isDirectory: false, file: (take) => take(new File([""], `${i}.txt`)) }));
  const folder = { isDirectory: true, isFile: false, createReader: (at = 0) => ({ readEntries: (take) => take(entries.slice(at, (at += 100))) }) };
  const files = await filesOf({ files: [], items: [{ webkitGetAsEntry: () => folder }] });
  assert.equal(files.length, 250);
});

/** Generous: a reader that takes quadratic time would take hours. */
const within = (seconds, act) => {
  const started = performance.now();
  const result = act();
  const took = (performance.now() - started) / 1000;
  assert.ok(took < seconds, `${took.toFixed(1)} s`);
  return result;
};

const EXTREMES = { "line ends": "\n".repeat(32_000_000), "blank lines": " \n".repeat(8_000_000), "one word": "x".repeat(31_000_000), "one line of words": "word ".repeat(6_000_000), "one line of sentences": "A word here. ".repeat(100_000) };

for (const [name, text] of Object.entries(EXTREMES)) {
  test(`a file of ${name} is divided in linear time`, () => {
    const ranges = within(20, () => sentencesOf(text));
    assert.equal(ranges.length === 0, text.trim() === "");
    let last = 0;
    for (const [start, end] of ranges) {
      assert.ok(start >= last && end > start);
      last = end;
    }
    within(20, () => [...linesOf(text)].length);
  });
}

test("sentences do not depend on the windows in which they are found", () => {
  const sentences = Array.from({ length: 400 }, (_, i) => `${"Long and short words ".repeat(i % 90)}of Mr. Smith et al. end here (no. ${i}).`);
  const text = sentences.join(" ");
  const whole = Array.from(new Intl.Segmenter("en", { granularity: "sentence" }).segment(text), ({ index, segment }) => [index, index + segment.trimEnd().length]);
  assert.deepEqual(sentencesOf(text), whole);
});

test("an entity in each of many words finds its words by bisection", () => {
  const count = 20_000;
  const text = "word ".repeat(count);
  const entities = Array.from({ length: count }, (_, i) => ({ start: 5 * i, end: 5 * i + 4, type: "X" }));
  const document = unflatten({ text, sentences: [{ start: 0, end: text.length - 1, words: null, checked: false }], entities, relations: [] });
  const [gold] = within(20, () => goldOf(document.sentences, "x"));
  assert.deepEqual(gold.entities.at(-1), { start: count - 1, end: count, label: "X" });
});

test("entities inside each other, or crossing, are cut to marks of limited depth", () => {
  const count = 100_000;
  const inside = Array.from({ length: count }, (_, id) => ({ id, start: id, end: 2 * count - id }));
  const crossing = Array.from({ length: 3000 }, (_, id) => ({ id, start: id, end: id + 3000 }));
  for (const entities of [inside, crossing]) {
    const nodes = within(20, () => nest(entities, 0, 2 * count));
    const depth = (all) => 1 + Math.max(0, ...all.filter(({ piece }) => piece).map(({ children }) => depth(children)));
    assert.ok(depth(nodes) <= 25);
  }
});
