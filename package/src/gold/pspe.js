// The paper's sentences: {sentText, articleId, sentId, entityMentions: [{emId, text, offset: [s, e), label}],
// relationMentions: [{em1Id, em2Id, label}]}; words are separated by one space.

/** @param {import("./field.js").Field} record @param {{document: string, number: number}} origin */
export function parse(record, { document, number }) {
  const text = record.get("sentText");
  const trimmed = text.text().trim();
  const words = trimmed === "" ? [] : trimmed.split(" ");
  if (words.includes("")) text.fail("a word is empty; remove the second of two spaces");
  const places = new Map();
  const entities = record.get("entityMentions").items().map((item, index) => {
    const id = item.get("emId").text();
    if (places.has(id)) item.fail(`“${id}” names two mentions; make the ids distinct`);
    places.set(id, index);
    const [start, end, ...more] = item.get("offset").items().map((offset) => offset.number());
    if (end === undefined || more.length > 0) item.get("offset").fail("expected [start, end)");
    return { ...item.span([start, end], words), label: item.get("label").label() };
  });
  const known = (id) => places.get(id.text()) ?? id.fail(`no mention of this sentence has the id “${id.value}”`);
  const relations = record.get("relationMentions").items().map((item) => ({
    head: known(item.get("em1Id")),
    tail: known(item.get("em2Id")),
    label: item.get("label").label(),
  }));
  return [{
    document: record.has("articleId") ? record.get("articleId").identifier() : document,
    index: record.has("sentId") ? Number(record.get("sentId").identifier()) : number,
    words,
    entities,
    relations,
  }];
}
