/**
 * A piece of an entity. Crossing spans are cut into pieces that nest.
 * @typedef {{entity: import("../document/document.js").Entity, start: number, end: number, first: boolean, last: boolean}} Piece
 * @typedef {{start: number, end: number, piece?: Piece, children?: Node[]}} Node
 */

// A browser cannot lay out marks that nest thousands deep, and no reader could tell them apart.
const DEEPEST = 24;

/**
 * Builds a tree of text and nested pieces from the entities between two offsets.
 * Entities that lie deeper than `DEEPEST` inside others are left out.
 * @param {import("../document/document.js").Entity[]} entities
 * @param {number} start @param {number} end
 * @returns {Node[]}
 */
export function nest(entities, start, end) {
  const pieces = entities.map((entity) => ({ entity, start: entity.start, end: entity.end, first: true, last: true }));
  return arrange(pieces, start, end, 1);
}

/** @param {Piece[]} pieces @returns {Node[]} */
function arrange(pieces, start, end, depth) {
  const nodes = [];
  const waiting = pieces.sort(outerFirst);
  let position = start;
  for (let at = 0; at < waiting.length; ) {
    const piece = waiting[at];
    const { inside, cut, next } = within(waiting, at);
    if (piece.start > position) nodes.push({ start: position, end: piece.start });
    nodes.push({ start: piece.start, end: piece.end, piece, children: depth < DEEPEST ? arrange(inside, piece.start, piece.end, depth + 1) : [{ start: piece.start, end: piece.end }] });
    position = piece.end;
    at = next;
    if (cut.length > 0) putBack(waiting, at, cut);
  }
  if (end > position) nodes.push({ start: position, end });
  return nodes;
}

/** The pieces inside a piece, and the remainders of those that cross its end. */
function within(waiting, at) {
  const { end } = waiting[at];
  const [inside, cut] = [[], []];
  let next = at + 1;
  for (; waiting[next]?.start < end; next++) {
    const other = waiting[next];
    inside.push(other.end <= end ? other : { ...other, end, last: false });
    if (other.end > end) cut.push({ ...other, start: end, first: false });
  }
  return { inside, cut, next };
}

/** Inserts the remainders. All start at one offset, so only pieces that start there are sorted again. */
function putBack(waiting, at, cut) {
  let same = at;
  while (waiting[same]?.start === cut[0].start) same++;
  const sorted = [...cut, ...waiting.slice(at, same)].sort(outerFirst);
  const rest = waiting.slice(same);
  waiting.length = at;
  for (const piece of sorted) waiting.push(piece);
  for (const piece of rest) waiting.push(piece);
}

/** @param {Piece} a @param {Piece} b */
const outerFirst = (a, b) => a.start - b.start || b.end - a.end || a.entity.id - b.entity.id;
