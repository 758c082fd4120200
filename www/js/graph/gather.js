// Two mentions of a pronoun need not refer to the same entity, so they are not merged.
const PRONOUNS = new Set("it its itself they them their theirs themselves this that these those which who whom whose he him his she her hers we us our one ones both each other others another such here there".split(" "));

/**
 * @typedef {{key: string, text: string, type: string, ids: number[], degree: number}} Node mentions of one type with the same words
 * @typedef {{from: Node, to: Node, type: string, ids: number[]}} Edge
 */

/**
 * The graph of a document's relations. Mentions with the same words and type are one node.
 * @param {import("../document/document.js").Document} document
 * @param {import("../document/shown.js").Shown} shown
 * @param {number} limit largest number of nodes; those with the most relations are kept
 * @returns {{nodes: Node[], edges: Edge[], left: number}} `left` counts the nodes with relations that were not kept
 */
export function gather(document, shown, limit) {
  const nodes = new Map();
  const edges = new Map();
  for (const sentence of document.sentences) {
    const { entities, relations } = shown.of(sentence);
    const own = new Map(entities.map((entity) => [entity.id, nodeOf(nodes, sentence.text, entity)]));
    for (const { id, head, tail, type } of relations) {
      let [from, to] = [own.get(head), own.get(tail)];
      if (from === to) continue;
      // The two directions of a symmetric relation are one edge.
      if (shown.symmetric.has(type) && from.key > to.key) [from, to] = [to, from];
      const key = JSON.stringify([from.key, type, to.key]);
      if (!edges.has(key)) edges.set(key, { from, to, type, ids: [] });
      edges.get(key).ids.push(id);
    }
  }
  for (const { from, to } of edges.values()) {
    from.degree++;
    to.degree++;
  }
  const linked = [...nodes.values()].filter(({ degree }) => degree > 0).sort((a, b) => b.degree - a.degree || b.ids.length - a.ids.length);
  const kept = new Set(linked.slice(0, limit));
  return {
    nodes: [...kept],
    edges: [...edges.values()].filter(({ from, to }) => kept.has(from) && kept.has(to)),
    left: linked.length - kept.size,
  };
}

function nodeOf(nodes, sentence, { id, start, end, type }) {
  const text = sentence.slice(start, end).replace(/\s+/g, " ");
  const plain = text.toLowerCase();
  const key = PRONOUNS.has(plain) ? `${id}` : JSON.stringify([plain, type]);
  if (!nodes.has(key)) nodes.set(key, { key, text, type, ids: [], degree: 0 });
  nodes.get(key).ids.push(id);
  return nodes.get(key);
}
