// What the doubles of the engine find: words written as Type:word are entities, and neighbours are related.
const WORD = /\b(Task|Method|Metric|Material):(\w+)/g;

/** The entities of a line that begins at `offset`, of words with at least this score. */
export function entitiesOf(line, offset, threshold = 0) {
  const entities = [...line.matchAll(WORD)].map(({ index, 0: text, 1: type }) => ({
    start: offset + index,
    end: offset + index + text.length,
    type,
    text,
    score: 0.5 + ((index * 7) % 50) / 100,
  })).filter(({ score }) => score >= threshold);
  // "[Material: … ]" is an entity that contains the entities inside it.
  for (const { index, 0: text } of line.matchAll(/\[Material:[^\]]*\]/g)) {
    entities.push({ start: offset + index, end: offset + index + text.length, type: "Material", text, score: 0.9 });
  }
  return entities;
}

export const relationsOf = (entities) =>
  entities.slice(1).map((_, i) => ({ head: i, tail: i + 1, type: i % 2 ? "CONJUNCTION" : "USED-FOR", score: 0.75 }));
