/**
 * The findings as plain data. Offsets are UTF-16 units of `text`; relations point into
 * the list of entities.
 * @param {import("./findings.js").Findings} findings
 * @param {import("./filter.js").Filter} filter
 * @param {import("./engine.js").Info} info
 */
export function toJson({ text, read, sentences, entities, relations }, filter, info) {
  const kept = entities.filter((entity) => filter.entity(entity));
  const place = new Map(kept.map((entity, index) => [entity, index]));
  const data = {
    model: { name: info.model, format: info.format },
    text,
    read,
    offsets: "UTF-16",
    sentences: sentences.map(({ start, end }) => ({ start, end })),
    entities: kept.map(({ start, end, type, text, score, sentence }) => ({ start, end, type, text, score, sentence })),
    relations: relations
      .filter((relation) => filter.relation(relation))
      .map(({ head, tail, type, score, sentence }) => ({ head: place.get(head), tail: place.get(tail), type, score, sentence })),
  };
  return JSON.stringify(data, null, 2);
}

/** @param {string} json */
export function download(json) {
  const address = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "spanlight.json";
  link.click();
  // The browser may read the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
