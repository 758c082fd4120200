import { freshId } from "./document.js";
import { addEntity, addRelation } from "./edit.js";
import { groupBy } from "./group.js";

/**
 * Keeps a person's corrections when a changed text is read again: sentences with unchanged text keep their
 * corrections. If another model reads it, a corrected sentence keeps only what the person set, and a checked one
 * everything.
 * @param {import("./document.js").Document} old
 * @param {boolean} sameModel
 * @returns {{amend: (sentence: import("./document.js").Sentence) => import("./document.js").Sentence, readonly left: number}}
 *   `left` counts the corrected sentences that did not occur again yet
 */
export function carry(old, sameModel) {
  const corrected = old.sentences.filter(touched);
  const known = groupBy(corrected, ({ text }) => text);
  let left = corrected.length;
  return {
    amend(sentence) {
      const before = known.get(sentence.text)?.shift();
      if (!before) return sentence;
      left--;
      if (!sameModel && !before.checked && before.found) return keepByHand(before, sentence);
      return { ...sentence, entities: before.entities, relations: before.relations, checked: before.checked };
    },
    get left() {
      return left;
    },
  };
}

/** Whether a person has corrected or checked a sentence. @param {import("./document.js").Sentence} sentence */
export const touched = ({ entities, relations, found, checked }) =>
  checked || entities !== (found?.entities ?? null) || relations !== (found?.relations ?? null);

/**
 * Carries a person's corrections over to the new text of a sentence, where its beginning and end are unchanged.
 * @param {import("../document/document.js").Sentence} old
 * @param {import("../document/document.js").Sentence} fresh
 * @returns {import("../document/document.js").Sentence}
 */
export function keepByHand(old, fresh) {
  const [head, tail] = common(old.text, fresh.text);
  const shift = fresh.text.length - old.text.length;
  const ids = new Map();
  let sentence = fresh;
  for (const entity of old.entities.filter(({ source }) => source === "human")) {
    const move = entity.end <= head ? 0 : entity.start >= old.text.length - tail ? shift : null;
    if (move === null) continue;
    const [start, end] = [entity.start + move, entity.end + move];
    const rivals = sentence.entities.filter((one) => one.source === "model" && one.start < end && start < one.end);
    const id = freshId();
    ids.set(entity.id, id);
    sentence = addEntity(without(sentence, rivals), { id, start, end, type: entity.type });
  }
  for (const { head: from, tail: to, type, source } of old.relations) {
    if (source === "human" && ids.has(from) && ids.has(to)) sentence = addRelation(sentence, { id: freshId(), head: ids.get(from), tail: ids.get(to), type });
  }
  return sentence;
}

function without(sentence, entities) {
  const gone = new Set(entities.map(({ id }) => id));
  return {
    ...sentence,
    entities: sentence.entities.filter(({ id }) => !gone.has(id)),
    relations: sentence.relations.filter(({ head, tail }) => !gone.has(head) && !gone.has(tail)),
  };
}

/** Lengths of the common prefix and of the common suffix of two texts. */
function common(a, b) {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [head, tail];
}
