// DyGIE documents: {doc_key, sentences: [[word]], ner: [[[s, e, type]]], relations: [[[s1, e1, s2, e2, type]]]};
// s and e are inclusive and count words from the start of the document.

/** @import { Field } from "./field.js" */

/** @param {Field} record @param {{document: string, number: number, note: (problem: string) => void}} origin */
export function parse(record, { document, number, note }) {
  const name = record.has("doc_key") ? record.get("doc_key").identifier() : `${document}-${number + 1}`;
  const sentences = record.get("sentences").items();
  const [ner, links] = ["ner", "relations"].map((key) => perSentence(record, key, sentences.length));
  let from = 0;
  return sentences.map((field, index) => {
    const words = field.words();
    const bounds = { from, to: (from += words.length) };
    const entities = ner[index].map((item) => {
      const [start, end, label] = tuple(item, 3);
      return { ...item.span(inside(start, end, bounds) ?? item.fail("the mention does not lie in this sentence; mend its offsets or its list"), words), label: label.label() };
    });
    const find = (item, start, end) => {
      const span = inside(start, end, bounds);
      if (!span) return null;
      const found = entities.findLastIndex((entity) => entity.start === span[0] && entity.end === span[1]);
      return found >= 0 ? found : item.fail(`no mention covers the words [${span}) of the sentence; add it to “ner”`);
    };
    const relations = links[index].flatMap((item) => {
      const [s1, e1, s2, e2, type] = tuple(item, 5);
      const [head, tail] = [find(item, s1, e1), find(item, s2, e2)];
      if (head !== null && tail !== null) return [{ head, tail, label: type.label() }];
      note(`${item.path}: an argument lies in another sentence; the relation is left out`);
      return [];
    });
    return { document: name, index, words, entities, relations };
  });
}

/** @param {Field} record @param {string} key @param {number} count @returns {Field[][]} */
function perSentence(record, key, count) {
  if (!record.has(key)) return Array.from({ length: count }, () => []);
  const lists = record.get(key).items();
  if (lists.length !== count) record.get(key).fail(`${lists.length} lists for ${count} sentences; give one per sentence`);
  return lists.map((list) => list.items());
}

/** @param {Field} item @param {number} length */
function tuple(item, length) {
  const items = item.items();
  return items.length === length ? items : item.fail(`expected a list of ${length} elements, found ${items.length}`);
}

/**
 * A span of the document as a half-open one of the sentence, if it lies in it.
 * @param {Field} start @param {Field} end @param {{from: number, to: number}} bounds
 * @returns {[number, number]|null}
 */
function inside(start, end, { from, to }) {
  const [s, e] = [start.number(), end.number()];
  return s >= from && e < to ? [s - from, e + 1 - from] : null;
}
