/**
 * A piece of an entity: crossing spans are cut so that pieces only nest.
 * @typedef {{entity: import("./findings.js").Entity, start: number, end: number, first: boolean, last: boolean}} Piece
 * @typedef {{start: number, end: number, piece?: Piece, children?: Node[]}} Node
 */

/**
 * Arranges the entities between two offsets as a tree of text and nested pieces.
 * @param {import("./findings.js").Entity[]} entities
 * @param {number} start @param {number} end
 * @returns {Node[]}
 */
export function nest(entities, start, end) {
  const pieces = entities.map((entity) => ({ entity, start: entity.start, end: entity.end, first: true, last: true }));
  return arrange(pieces, start, end);
}

/** @param {Piece[]} pieces @returns {Node[]} */
function arrange(pieces, start, end) {
  const nodes = [];
  let waiting = pieces.toSorted(outerFirst);
  let position = start;
  while (waiting.length > 0) {
    const [piece, ...others] = waiting;
    if (piece.start > position) nodes.push({ start: position, end: piece.start });
    const { inside, after } = split(others, piece.end);
    nodes.push({ start: piece.start, end: piece.end, piece, children: arrange(inside, piece.start, piece.end) });
    position = piece.end;
    waiting = after.toSorted(outerFirst);
  }
  if (end > position) nodes.push({ start: position, end });
  return nodes;
}

/** @param {Piece[]} pieces @param {number} at */
function split(pieces, at) {
  const inside = [];
  const after = [];
  for (const piece of pieces) {
    if (piece.start >= at) after.push(piece);
    else if (piece.end <= at) inside.push(piece);
    else {
      inside.push({ ...piece, end: at, last: false });
      after.push({ ...piece, start: at, first: false });
    }
  }
  return { inside, after };
}

/** @param {Piece} a @param {Piece} b */
const outerFirst = (a, b) => a.start - b.start || b.end - a.end || a.entity.id - b.entity.id;
