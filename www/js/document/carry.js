import { groupBy } from "./group.js";

/**
 * Keeps a person's corrections when a changed text is read again: sentences with unchanged text keep their
 * corrections.
 * @param {import("./document.js").Document} old
 * @returns {(sentence: import("./document.js").Sentence) => import("./document.js").Sentence}
 */
export function carry(old) {
  const known = groupBy(old.sentences.filter(touched), ({ text }) => text);
  return (sentence) => {
    const before = known.get(sentence.text)?.shift();
    return before ? { ...sentence, entities: before.entities, relations: before.relations, checked: before.checked } : sentence;
  };
}

/** Whether a person has corrected or checked a sentence. @param {import("./document.js").Sentence} sentence */
export const touched = ({ entities, relations, found, checked }) =>
  checked || entities !== (found?.entities ?? null) || relations !== (found?.relations ?? null);
