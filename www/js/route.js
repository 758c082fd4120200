import { groupBy } from "./document/group.js";
import { lanes } from "./lanes.js";

export const LANE = 15;
const LIFT = 9;
const TRACK = 6;
const NEAR = 7;
const SPREAD = 11;

/**
 * A box of an entity on one line of text.
 * @typedef {{left: number, right: number, top: number, line: number}} Box
 * @typedef {{relation: import("./document/document.js").Relation, head: Box[], tail: Box[], label: number}} Link `label` is the label's width
 * @typedef {{relation: import("./document/document.js").Relation, points: [number, number][], label: [number, number]}} Route
 */

/**
 * Finds a route for every relation: along lanes above the lines of text, and between lines through the nearer margin,
 * so that no connector crosses a word.
 * @param {Link[]} links
 * @param {number} width of the text
 * @param {number} margin width of the margin beside the text, in pixels
 * @returns {{routes: Route[], lanes: Map<number, number>}} `lanes` holds the number of lanes above each line
 */
export function route(links, width, margin) {
  const ways = links.map((link) => choose(link, width));
  spreadEnds(ways);
  for (const way of ways) way.stretches = stretches(way, width);
  const lane = laneOf(ways);
  const tracks = trackOf(ways, margin);
  const tops = topsOf(links);
  return {
    routes: ways.map((way) => trace(way, lane, tracks, tops, width)),
    lanes: countByLine(lane),
  };
}

function countByLine(lane) {
  const counts = new Map();
  for (const [{ line }, level] of lane) counts.set(line, Math.max(level + 1, counts.get(line) ?? 0));
  return counts;
}

function choose(link, width) {
  let best = null;
  for (const head of link.head) {
    for (const tail of link.tail) {
      const apart = head.line === tail.line ? Math.abs(middle(head) - middle(tail)) : Infinity;
      if (!best || apart < best.apart) best = { apart, head, tail };
    }
  }
  let { head, tail } = best;
  if (head.line < tail.line) [head, tail] = [link.head.at(-1), link.tail[0]];
  else if (head.line > tail.line) [head, tail] = [link.head[0], link.tail.at(-1)];
  const right = middle(head) + middle(tail) > width;
  const side = head.line === tail.line ? null : right ? "right" : "left";
  return { link, side, head: { box: head, x: middle(head) }, tail: { box: tail, x: middle(tail) } };
}

/** Spreads the ends of arcs that share a box, in an order in which nested arcs do not cross. */
function spreadEnds(ways) {
  const shared = new Map();
  for (const way of ways) {
    for (const [end, other] of [[way.head, way.tail], [way.tail, way.head]]) {
      const away = way.side === "left" ? -Infinity : way.side === "right" ? Infinity : middle(other.box);
      if (!shared.has(end.box)) shared.set(end.box, []);
      shared.get(end.box).push({ end, away });
    }
  }
  for (const [box, ends] of shared) {
    const centre = middle(box);
    const leftwards = ends.filter(({ away }) => away <= centre).sort((a, b) => b.away - a.away);
    const rightwards = ends.filter(({ away }) => away > centre).sort((a, b) => b.away - a.away);
    const step = Math.min(SPREAD, (box.right - box.left - 6) / ends.length);
    [...leftwards, ...rightwards].forEach(({ end }, place) => {
      end.x = centre + (place - (ends.length - 1) / 2) * step;
    });
  }
}

/** The parts of a route that run above a line; the longest one carries the label. */
function stretches({ link, side, head, tail }, width) {
  const edge = side === "left" ? 0 : width;
  const parts =
    side === null
      ? [{ line: head.box.line, from: Math.min(head.x, tail.x), to: Math.max(head.x, tail.x) }]
      : [head, tail].map(({ box, x }) => ({ line: box.line, from: Math.min(x, edge), to: Math.max(x, edge) }));
  const longest = parts.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  const centre = clamp((longest.from + longest.to) / 2, link.label / 2, width - link.label / 2);
  longest.label = centre;
  longest.from = Math.min(longest.from, centre - link.label / 2);
  longest.to = Math.max(longest.to, centre + link.label / 2);
  return parts;
}

function laneOf(ways) {
  const byLine = groupBy(ways.flatMap((way) => way.stretches), (stretch) => stretch.line);
  return new Map([...byLine.values()].flatMap((stretches) => [...lanes(stretches, 5)]));
}

/** The distance of each route from the text, for routes through the margin. */
function trackOf(ways, margin) {
  const tracks = new Map();
  for (const side of ["left", "right"]) {
    /** @type {{way: any, from: number, to: number}[]} */ const spans = ways
      .filter((way) => way.side === side)
      .map((way) => ({
        way,
        from: Math.min(way.head.box.line, way.tail.box.line),
        to: Math.max(way.head.box.line, way.tail.box.line),
      }));
    const levels = lanes(spans, 0.5);
    const highest = [...levels.values()].reduce((most, level) => Math.max(most, level), 1);
    const step = Math.min(TRACK, (margin - NEAR) / highest);
    for (const [span, level] of levels) tracks.set(span.way, NEAR + level * step);
  }
  return tracks;
}

function topsOf(links) {
  const tops = new Map();
  for (const box of links.flatMap(({ head, tail }) => [...head, ...tail])) {
    tops.set(box.line, Math.min(box.top, tops.get(box.line) ?? Infinity));
  }
  return tops;
}

function trace(way, lane, tracks, tops, width) {
  const { head, tail, side, link } = way;
  const height = (stretch) => tops.get(stretch.line) - LIFT - lane.get(stretch) * LANE;
  const first = way.stretches[0];
  const last = way.stretches.at(-1);
  /** @type {[number, number][]} */ const points = [[head.x, head.box.top], [head.x, height(first)]];
  if (side !== null) {
    const x = side === "left" ? -tracks.get(way) : width + tracks.get(way);
    points.push([x, height(first)], [x, height(last)]);
  }
  points.push([tail.x, height(last)], [tail.x, tail.box.top]);
  const labelled = way.stretches.find((stretch) => stretch.label !== undefined);
  return { relation: link.relation, points, label: /** @type {[number, number]} */ ([labelled.label, height(labelled)]) };
}

/** @param {Box} box */
const middle = (box) => (box.left + box.right) / 2;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
