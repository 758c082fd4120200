// The document and the views computed from it, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { moveBorder, wordsIn } from "../../www/js/correct/borders.js";
import { carry, keepByHand, touched } from "../../www/js/document/carry.js";
import { Choice } from "../../www/js/document/choice.js";
import { Document, freshId } from "../../www/js/document/document.js";
import * as edit from "../../www/js/document/edit.js";
import { flatten, unflatten } from "../../www/js/document/flat.js";
import { Intake, sentenceOf } from "../../www/js/document/intake.js";
import { join } from "../../www/js/document/join.js";
import { Schema } from "../../www/js/document/schema.js";
import { shown } from "../../www/js/document/shown.js";
import { cutWords, snap, wordsOf } from "../../www/js/document/words.js";
import { gather } from "../../www/js/graph/gather.js";
import { layOut } from "../../www/js/graph/layout.js";
import { evidenceOfPair, partsOf } from "../../www/js/panel/evidence.js";
import { nest } from "../../www/js/reading/spans.js";
import { stretches } from "../../www/js/reading/stretches.js";
import { compared } from "../../www/js/score/words.js";
import { Random } from "./random.mjs";
import { facts, trickyDocument, trickyText } from "./tricky.mjs";

/** Applies a random correction to a document. */
function correct(document, random) {
  const place = random.below(document.sentences.length);
  const sentence = document.sentences[place];
  const entity = sentence.entities.length > 0 ? random.pick(sentence.entities) : null;
  const relation = sentence.relations.length > 0 ? random.pick(sentence.relations) : null;
  const start = random.below(sentence.text.length);
  const edits = [
    () => edit.addEntity(sentence, { id: freshId(), start, end: start + 1 + random.below(5), type: "Task" }),
    () => (entity ? edit.removeEntity(sentence, entity.id) : sentence),
    () => (entity ? edit.changeEntity(sentence, entity.id, { type: random.pick(["Task", "Method"]) }) : sentence),
    () => (entity ? edit.changeEntity(sentence, entity.id, moveBorder(entity, random.pick(["start", "end"]), random.pick([-1, 1]), wordsIn(sentence))) : sentence),
    () => (entity ? edit.addRelation(sentence, { id: freshId(), head: entity.id, tail: random.pick(sentence.entities).id, type: "USED-FOR" }) : sentence),
    () => (relation ? edit.changeRelation(sentence, relation.id, { head: relation.tail, tail: relation.head }) : sentence),
    () => (relation ? edit.removeRelation(sentence, relation.id) : sentence),
    () => edit.check(sentence, !sentence.checked),
  ];
  if (random.below(12) === 0 && place + 1 < document.sentences.length) document.replace(place, 2, [join(document.sentences.slice(place, place + 2))]);
  else document.replace(place, 1, [random.pick(edits)()]);
}

/** Checks the invariants of a document. */
function sound(document, message) {
  document.sentences.forEach(({ text, entities, relations }, place) => {
    const ids = new Set(entities.map(({ id }) => id));
    for (const { id, start, end } of entities) {
      assert.ok(0 <= start && start < end && end <= text.length, message);
      assert.equal(document.place(id), place, message);
    }
    for (const { id, head, tail } of relations) {
      assert.ok(ids.has(head) && ids.has(tail), message);
      assert.equal(document.place(id), place, message);
    }
  });
}

test("corrections keep a document's invariants; undo and redo restore its states", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = new Random(seed);
    const document = trickyDocument(random);
    if (document.sentences.length === 0) continue;
    const before = [...document.sentences];
    const { text } = document;
    for (let i = 0; i < 25; i++) {
      correct(document, random);
      sound(document, `seed ${seed}`);
    }
    assert.equal(document.text, text);
    const after = [...document.sentences];
    while (document.undoable) document.undo();
    assert.deepEqual(document.sentences, before, `seed ${seed}`);
    sound(document, `seed ${seed}`);
    while (document.redoable) document.redo();
    assert.deepEqual(document.sentences, after, `seed ${seed}`);
  }
});

test("a view that applies the splices equals the document", () => {
  const random = new Random(3);
  const document = trickyDocument(random);
  const copy = [...document.sentences];
  document.addEventListener("splice", ({ detail: { at, before, after } }) => assert.deepEqual(copy.splice(at, before.length, ...after), before));
  for (let i = 0; i < 60; i++) [() => correct(document, random), () => document.undo(), () => document.redo()][random.below(3)]();
  assert.deepEqual(copy, document.sentences);
});

test("batches add up to the text, and sentences outside of it are left out", () => {
  const text = "One Task:a.  Two.\n\nThree Method:b here.";
  const document = new Document(text);
  const intake = new Intake(document);
  intake.take([{ start: 0, end: 11, entities: [{ start: 4, end: 10, type: "Task", score: 0.9 }, { start: 8, end: 99, type: "Task", score: 1 }], relations: [{ head: 0, tail: 1, type: "X", score: 1 }] }]);
  intake.take([{ start: 5, end: 9, entities: [], relations: [] }, { start: 13, end: 17, entities: [], relations: [] }]);
  assert.equal(document.rest, "\n\nThree Method:b here.");
  intake.take([{ start: 19, end: 39, entities: [{ start: 25, end: 33, type: "Method", score: 0.5 }], relations: [] }]);
  assert.equal(document.text, text);
  assert.deepEqual(document.sentences.map(({ before, text }) => [before, text]), [["", "One Task:a."], ["  ", "Two."], ["\n\n", "Three Method:b here."]]);
  assert.deepEqual(flatten(document).entities.map(({ start, end }) => text.slice(start, end)), ["Task:a", "Method:b"]);
  assert.equal(flatten(document).relations.length, 0);
});

const SENTENCE = sentenceOf(
  {
    start: 0,
    end: 20,
    entities: [{ start: 0, end: 1, type: "A", score: 0.9 }, { start: 4, end: 5, type: "B", score: 0.4 }, { start: 8, end: 9, type: "A", score: 0.6 }],
    relations: [
      { head: 0, tail: 1, type: "R", score: 0.7 },
      { head: 0, tail: 2, type: "SYM", score: 0.3 },
      { head: 2, tail: 0, type: "SYM", score: 0.5 },
      { head: 2, tail: 1, type: "R", score: 0.9 },
    ],
  },
  "",
  "a   b   c           ",
);

/** The types and scores of the visible findings. */
function seen(choice) {
  const { entities, relations } = shown(SENTENCE, choice, new Set(["SYM"]));
  return [entities.map(({ score }) => score), relations.map(({ score }) => score)];
}

test("thresholds hide entities, relations, and relations of hidden entities", () => {
  const choice = new Choice();
  assert.deepEqual(seen(choice), [[0.9, 0.4, 0.6], [0.7, 0.5, 0.9]], "of a symmetric relation in both directions the surer one shows");
  choice.demand("entity", ["A", "B"], 0.5);
  assert.deepEqual(seen(choice), [[0.9, 0.6], [0.5]]);
  choice.demand("entity", ["B"], 0);
  choice.demand("relation", ["R"], 0.8);
  assert.deepEqual(seen(choice), [[0.9, 0.4, 0.6], [0.5, 0.9]]);
  choice.toggle("entity", "A");
  assert.deepEqual(seen(choice), [[0.4], []]);
  const copy = new Choice();
  copy.restore(structuredClone(choice.keep()));
  assert.deepEqual(seen(copy), seen(choice));
  copy.reset();
  assert.equal(copy.idle, true);
});

test("forbidden combinations hide relations; a symmetric one only if both directions are forbidden", () => {
  const choice = new Choice();
  choice.allow([["A", "R", "B"]], false);
  assert.deepEqual(seen(choice)[1], [0.5]);
  choice.allow([["A", "SYM", "A"]], false);
  assert.deepEqual(seen(choice)[1], []);
  choice.allow([["A", "R", "B"]], true);
  assert.deepEqual(seen(choice)[1], [0.7, 0.9]);
});

test("a person's annotation is visible at any threshold, and replaces the model's duplicate", () => {
  const choice = new Choice();
  choice.demand("entity", ["A", "B"], 1);
  choice.demand("relation", ["SYM"], 1);
  let sentence = edit.changeEntity(SENTENCE, SENTENCE.entities[1].id, { type: "A" });
  sentence = edit.changeEntity(sentence, SENTENCE.entities[0].id, { type: "C" });
  sentence = edit.addRelation(sentence, { id: freshId(), head: SENTENCE.entities[1].id, tail: SENTENCE.entities[0].id, type: "SYM" });
  const { entities, relations } = shown(sentence, choice, new Set(["SYM"]));
  assert.deepEqual(entities.map(({ source }) => source), ["human", "human"]);
  assert.deepEqual(relations.map(({ type, source }) => [type, source]), [["R", "model"], ["SYM", "human"]]);
});

test("corrections are carried over to one sentence with the same text", () => {
  const old = new Document("");
  const changed = edit.changeEntity(SENTENCE, SENTENCE.entities[1].id, { type: "C" });
  old.append([changed, { ...SENTENCE, text: "other", entities: [], relations: [], found: null }]);
  assert.deepEqual(old.sentences.map(touched), [true, true]);
  assert.equal(touched(SENTENCE), false);
  const carried = carry(old, true);
  assert.equal(carried.left, 2);
  assert.equal(carried.amend(SENTENCE).entities, changed.entities);
  assert.equal(carried.amend(SENTENCE), SENTENCE);
  assert.equal(carried.amend({ ...SENTENCE, text: "new" }).text, "new");
  assert.equal(carried.left, 1);
});

test("what another model found is not carried over to a new model, except in checked sentences", () => {
  const old = new Document("");
  const human = edit.changeEntity(SENTENCE, SENTENCE.entities[1].id, { type: "C" });
  old.append([human, edit.check({ ...human, text: "checked" }, true)]);
  const fresh = (text) => sentenceOf({ start: 0, end: 20, entities: [{ start: 0, end: 1, type: "New", score: 0.9 }], relations: [] }, "", text);
  const carried = carry(old, false);
  const types = (sentence) => sentence.entities.map(({ type, source }) => `${type} ${source}`);
  assert.deepEqual(types(carried.amend(fresh(SENTENCE.text))), ["New model", "C human"]);
  assert.deepEqual(types(carried.amend(fresh("checked"))), types(human));
  assert.equal(carried.left, 0);
});

test("corrections of unchanged words are kept when other words of the sentence change", () => {
  const raw = (text, entities) => sentenceOf({ start: 0, end: text.length, entities, relations: [] }, "", text);
  let old = raw("a parser of the old kind", []);
  const [first, second] = [freshId(), freshId()];
  old = edit.addEntity(old, { id: first, start: 2, end: 8, type: "Method" });
  old = edit.addEntity(old, { id: second, start: 20, end: 24, type: "Task" });
  old = edit.addEntity(old, { id: freshId(), start: 16, end: 19, type: "Gone" });
  old = edit.addRelation(old, { id: freshId(), head: first, tail: second, type: "R" });
  const text = "a parser of the newest kind";
  const { entities, relations } = keepByHand(old, raw(text, [{ start: 2, end: 8, type: "Task", score: 1 }, { start: 16, end: 22, type: "X", score: 1 }]));
  assert.deepEqual(entities.map(({ start, end, type }) => [text.slice(start, end), type]), [["parser", "Method"], ["newest", "X"], ["kind", "Task"]]);
  assert.equal(relations.length, 1);
});

test("words contain all characters except white space, in order, and can be cut", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const text = trickyText(random, 20);
    const words = cutWords(wordsOf(text), [random.below(text.length), random.below(text.length)]);
    let offset = 0;
    for (const [start, end] of words) {
      assert.match(text.slice(offset, start), /^\p{White_Space}*$/u);
      assert.doesNotMatch(text.slice(start, end), /[ \t\n\r]/);
      assert.ok(start < end);
      offset = end;
    }
  }
  const sample = "It can't, e.g. (U.S.) at 10:30 see 1,000 http://a.b/c.";
  assert.deepEqual(wordsOf(sample).map(([start, end]) => sample.slice(start, end)), ["It", "ca", "n't", ",", "e.g.", "(", "U.S.", ")", "at", "10:30", "see", "1,000", "http://a.b/c", "."]);
  assert.deepEqual(snap([[0, 2], [3, 5], [5, 6]], 1, 4), { start: 0, end: 5 });
  assert.equal(snap([[0, 2]], 2, 3), null);
});

test("marks nest, keep the text and cover each entity from its start to its end", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const length = 1 + random.below(40);
    const entities = Array.from({ length: random.below(12) }, (_, id) => {
      const start = random.below(length);
      return { id, start, end: start + 1 + random.below(length - start) };
    });
    const covered = new Map();
    let offset = 0;
    const walk = (nodes, open) => {
      for (const { start, end, piece, children } of nodes) {
        if (!piece) {
          assert.equal(start, offset);
          offset = end;
          for (let at = start; at < end; at++) for (const id of open) covered.set(id, [...(covered.get(id) ?? []), at]);
        } else walk(children, [...open, piece.entity.id]);
      }
    };
    walk(nest(entities, 0, length), []);
    assert.equal(offset, length);
    for (const { id, start, end } of entities) assert.deepEqual(covered.get(id), Array.from({ length: end - start }, (_, i) => start + i), `seed ${seed}`);
  }
});

test("crossing spans are cut so that they nest", () => {
  const flat = (nodes) => nodes.flatMap(({ start, end, piece, children }) => (piece ? [[piece.entity.id, start, end, piece.first, piece.last], ...flat(children)] : []));
  assert.deepEqual(flat(nest([{ id: 0, start: 0, end: 6 }, { id: 1, start: 4, end: 9 }], 0, 12)), [[0, 0, 6, true, true], [1, 4, 6, true, false], [1, 6, 9, false, true]]);
});

test("an extremely long sentence is cut into stretches, never inside a character", () => {
  const text = "a𝔖".repeat(20_000);
  const parts = stretches(nest([], 0, text.length), text).flat();
  assert.ok(parts.length > 4);
  assert.equal(parts.map(({ start, end }) => text.slice(start, end)).join(""), text);
  for (const { start, end } of parts) assert.equal(text.slice(start, end).isWellFormed(), true);
  assert.equal(stretches(nest([], 0, 5), "short").length, 1);
});

test("attention follows the order of the words, whether head or tail comes first", () => {
  const attention = { left: 0.1, head: 0.2, middle: 0.3, tail: 0.35, right: 0.05 };
  const [a, b] = [{ start: 2, end: 4 }, { start: 6, end: 9 }];
  assert.deepEqual(partsOf(attention, b, a, 12).map(({ part, start, end, share }) => [part, start, end, share]), [["left", 0, 2, 0.1], ["tail", 2, 4, 0.35], ["middle", 4, 6, 0.3], ["head", 6, 9, 0.2], ["right", 9, 12, 0.05]]);
  const raw = { entities: [a, b], relations: [{ head: 1, tail: 0, type: "R", attention, alternatives: [{ type: "R", head: 1, tail: 0, score: 0.9 }, { type: "R", head: 0, tail: 1, score: 0.1 }, { type: null, head: 1, tail: 0, score: 0 }] }] };
  const found = evidenceOfPair(raw, a, b);
  assert.deepEqual([found.attention.head, found.attention.tail], [0.35, 0.2]);
  assert.deepEqual(found.alternatives.map(({ turned }) => turned), [true, false, false]);
  assert.deepEqual(found.borders, { head: undefined, tail: undefined });
  const calibrated = { ...raw, entities: [{ ...a, borders: 0.7 }, { ...b, borders: 0.4 }] };
  assert.deepEqual(evidenceOfPair(calibrated, a, b).borders, { head: 0.7, tail: 0.4 });
  assert.deepEqual(evidenceOfPair(calibrated, b, a).borders, { head: 0.4, tail: 0.7 });
  assert.equal(evidenceOfPair({ entities: [a, b], relations: [] }, a, b), null);
});

test("the graph merges mentions with the same words, except pronouns", () => {
  const text = "it uses parsing. It uses Parsing.";
  const entities = [[0, 2, "Generic"], [8, 15, "Method"], [17, 19, "Generic"], [25, 32, "Method"]].map(([start, end, type]) => ({ start, end, type }));
  const document = unflatten({ text, entities, relations: [{ head: 0, tail: 1, type: "R" }, { head: 2, tail: 3, type: "R" }] });
  const everything = { of: (sentence) => sentence, symmetric: new Set() };
  const { nodes, edges, left } = gather(document, everything, 2);
  assert.deepEqual([nodes.length, edges.length, left], [2, 1, 1]);
  assert.deepEqual(gather(document, everything, 9).nodes.map(({ text, ids }) => [text, ids.length]).sort(), [["It", 1], ["it", 1], ["parsing", 2]]);
});

test("the layout of a graph has no overlaps and is deterministic", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new Random(seed);
    const sizes = Array.from({ length: 2 + random.below(60) }, () => ({ width: 40 + random.below(200), height: 30 }));
    const links = Array.from({ length: random.below(90) }, () => [random.below(sizes.length), random.below(sizes.length)]);
    const { boxes, width, height } = layOut(sizes, links, 800);
    assert.deepEqual(layOut(sizes, links, 800).boxes, boxes);
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.x - a.width / 2 >= 0 && a.y - 15 >= 0 && a.x + a.width / 2 <= width && a.y + 15 <= height, `seed ${seed}`);
      for (const b of boxes.slice(0, i)) assert.ok(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= 30, `seed ${seed}`);
    }
  }
});

test("gold annotations and predictions have the same words", () => {
  let sentence = edit.changeEntity(SENTENCE, SENTENCE.entities[0].id, { end: 5 });
  sentence = edit.removeEntity(sentence, SENTENCE.entities[2].id);
  const { gold, predicted } = compared([sentence]);
  assert.deepEqual(gold[0].words, ["a", "b", "c"]);
  assert.deepEqual(gold[0].entities, [{ start: 0, end: 2, label: "A" }, { start: 1, end: 2, label: "B" }]);
  assert.deepEqual(predicted[0].spans, [[0, 1], [1, 2], [2, 3]]);
  assert.deepEqual(gold[0].relations, [{ head: 0, tail: 1, label: "R" }]);
});

test("types that no model knows get their own look", () => {
  const schema = new Schema({ entities: ["OtherScientificTerm", "ORG"], relations: ["USED-FOR"], symmetric: [] });
  assert.deepEqual([schema.entity("OtherScientificTerm").words, schema.entity("OtherScientificTerm").tag, schema.entity("ORG").words], ["other scientific term", "ost", "ORG"]);
  for (let i = 0; i < 30; i++) schema.entity(`Type${i}`);
  const looks = [...schema.entities.values()].map(({ hue, underline }) => `${hue} ${underline}`);
  assert.equal(new Set(looks).size, looks.length);
  assert.deepEqual(facts(flatten(unflatten({ text: "a", entities: [], relations: [] }))).text, "a");
});
