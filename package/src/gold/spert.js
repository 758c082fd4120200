// SpERT sentences: {tokens, entities: [{type, start, end}], relations: [{type, head, tail}], orig_id};
// spans are half-open, head and tail index the entities.

/** @param {import("./field.js").Field} record @param {{document: string, number: number}} origin */
export function parse(record, { document, number }) {
  const own = record.has("orig_id");
  const words = record.get("tokens").words();
  const entities = record.get("entities").items().map((item) => ({
    ...item.span([item.get("start").number(), item.get("end").number()], words),
    label: item.get("type").label(),
  }));
  const known = (field) => (field.number() < entities.length ? field.value : field.fail(`the sentence has ${entities.length} entities, counted from 0; mend the index`));
  const relations = record.get("relations").items().map((item) => ({
    head: known(item.get("head")),
    tail: known(item.get("tail")),
    label: item.get("type").label(),
  }));
  return [{ document: own ? record.get("orig_id").identifier() : document, index: own ? 0 : number, words, entities, relations }];
}
