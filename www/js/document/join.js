/**
 * Joins consecutive sentences into one.
 * @param {import("./document.js").Sentence[]} sentences
 * @returns {import("./document.js").Sentence}
 */
export function join(sentences) {
  let text = "";
  const [words, entities] = [[], []];
  for (const [index, sentence] of sentences.entries()) {
    const at = text.length + (index > 0 ? sentence.before.length : 0);
    text += (index > 0 ? sentence.before : "") + sentence.text;
    for (const [start, end] of sentence.words ?? []) words.push([start + at, end + at]);
    for (const entity of sentence.entities) entities.push({ ...entity, start: entity.start + at, end: entity.end + at });
  }
  return {
    before: sentences[0].before,
    text,
    words: sentences.every((sentence) => sentence.words) ? words : null,
    entities,
    relations: sentences.flatMap(({ relations }) => relations),
    found: null,
    checked: false,
  };
}
