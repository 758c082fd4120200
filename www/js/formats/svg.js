import { groupBy } from "../document/group.js";
import { firstWhere } from "../document/words.js";
import { pathOf, tipOf } from "../reading/paths.js";
import { LANE, route } from "../route.js";
import { escaped } from "./markup.js";

const [SIZE, TAG, LABEL] = [17, 9, 10.5];
const SERIF = "Georgia, 'Times New Roman', serif";
const SANS = "Helvetica, Arial, sans-serif";
const WIDTH = 720;
const MARGIN = 30;
const LINE = 34;
const ROOM = 8;
const PAD = 4;
const DEEPEST = 4;

/**
 * Draws one sentence with its entities and relations.
 * @param {import("../document/document.js").Sentence} sentence
 * @param {import("../document/document.js").Findings} shown
 * @param {{schema: import("../document/schema.js").Schema, palette: {tint: string, bar: string, ink: string}[], measure: (text: string, font: string) => number}} options
 *   `measure` returns the width of a text in pixels
 */
export function writeSvg({ text }, { entities, relations }, { schema, palette, measure }) {
  const width = (words, size, family, weight = 400) => measure(words, `${weight} ${size}px ${family}`);
  const words = placed(text, entities, schema, width);
  const boxes = new Map(entities.map((entity) => [entity.id, boxesOf(entity, words)]));
  const links = relations
    .filter(({ head, tail }) => head !== tail)
    .map((relation) => ({ relation, head: boxes.get(relation.head), tail: boxes.get(relation.tail), label: width(schema.relation(relation.type).words, LABEL, SANS, 500) + 8 }));
  const lines = 1 + (words.at(-1)?.line ?? 0);
  const { lanes } = route(links, WIDTH, MARGIN - 4);
  const tops = [];
  for (let line = 0, y = 12; line < lines; line++) {
    y += lanes.has(line) ? lanes.get(line) * LANE + ROOM : 0;
    tops.push(y);
    y += LINE;
  }
  for (const box of [...boxes.values()].flat()) box.top = tops[box.line];
  const { routes } = route(links, WIDTH, MARGIN - 4);
  const height = tops.at(-1) + LINE + 6;
  const rightwards = /\p{L}/u.exec(text)?.[0].match(/[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u) ? -1 : 1;
  const flip = (x) => (rightwards < 0 ? WIDTH - x : x);
  const depths = depthsOf(entities);
  const look = ({ type }) => ({ ...schema.entity(type), ...palette[schema.entity(type).hue] });
  const shapes = [
    ...entities.flatMap((entity) => boxes.get(entity.id).map((box, i, all) => mark(box, look(entity), flip, i === all.length - 1 ? width(schema.entity(entity.type).tag.toUpperCase(), TAG, SANS, 700) : null, depths.get(entity)))),
    ...words.map((word) => textAt(flip(word.x + word.width / 2), tops[word.line] + 15, SIZE, SERIF, "#111", word.text)),
    ...routes.map((one) => arc(one, schema, flip, width)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 2 * MARGIN}" height="${round(height)}" viewBox="${-MARGIN} 0 ${WIDTH + 2 * MARGIN} ${round(height)}" role="img">
<title>${escaped(text)}</title>
<rect x="${-MARGIN}" width="100%" height="100%" fill="#fff"/>
${shapes.join("\n")}
</svg>
`;
}

/** Places the words; the name of a type takes room after the last word of its entity. */
function placed(text, entities, schema, width) {
  const cuts = [...new Set(entities.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const [begun, ended] = [groupBy(entities, ({ start }) => start), groupBy(entities, ({ end }) => end)];
  const tagWidth = (type) => width(schema.entity(type).tag.toUpperCase(), TAG, SANS, 700) + 7;
  let next = 0;
  const words = [];
  let [x, line] = [0, 0];
  const space = width(" ", SIZE, SERIF);
  for (const { index, 0: run } of text.matchAll(/\P{White_Space}+/gu)) {
    const places = [index];
    while (cuts[next] <= index) next++;
    for (; cuts[next] < index + run.length; next++) places.push(cuts[next]);
    places.push(index + run.length);
    const parts = places.slice(1).map((end, i) => {
      const [start, closed] = [places[i], ended.get(end) ?? []];
      const after = closed.reduce((sum, { type }) => sum + tagWidth(type) + PAD, 0);
      return { start, end, text: text.slice(start, end), width: width(text.slice(start, end), SIZE, SERIF), before: (begun.get(start)?.length ?? 0) * PAD, after };
    });
    const whole = parts.reduce((sum, { before, width: own, after }) => sum + before + own + after, 0);
    if (x > 0 && x + whole > WIDTH) [x, line] = [0, line + 1];
    for (const { before, after, ...word } of parts) {
      words.push({ ...word, x: x + before, line, tagX: x + before + word.width + 3 });
      x += before + word.width + after;
    }
    x += space;
  }
  return words;
}

/** The boxes of an entity, one on each line. */
function boxesOf({ start, end }, words) {
  const boxes = [];
  for (let at = firstWhere(words, (word) => word.start >= start); words[at]?.end <= end; at++) {
    const { line, x, tagX } = words[at];
    if (boxes.at(-1)?.line !== line) boxes.push({ line, top: 0, left: x - PAD, right: 0 });
    boxes.at(-1).right = tagX + 1;
  }
  return boxes;
}

/** How many entities each entity lies in, as far as the height of a box can show. */
function depthsOf(entities) {
  const depths = new Map();
  const open = [];
  for (const entity of entities.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    while (open.length > 0 && open.at(-1).end <= entity.start) open.pop();
    let depth = 0;
    for (let at = open.length - 1; at >= 0 && depth < DEEPEST; at--) if (open[at].end >= entity.end) depth++;
    depths.set(entity, depth);
    open.push(entity);
  }
  return depths;
}

/** `tagged` is the width of the type's name, which only the last box of an entity shows. */
function mark(box, { tint, bar, ink, tag, underline }, flip, tagged, depth) {
  const right = box.right + (tagged === null ? 0 : tagged + 5);
  const [a, b] = [flip(box.left), flip(right)].sort((p, q) => p - q).map(round);
  const [top, bottom] = [box.top + 2 * depth, box.top + 22 - 2 * depth];
  const dash = { dashed: ' stroke-dasharray="6 3"', dotted: ' stroke-dasharray="2 2"' }[underline] ?? "";
  return [
    `<rect x="${a}" y="${round(top)}" width="${round(b - a)}" height="${round(bottom - top)}" rx="3" fill="${tint}"/>`,
    `<path d="M${a} ${round(bottom)}H${b}" stroke="${bar}" stroke-width="2.5"${dash}/>`,
    tagged === null ? "" : textAt(flip(box.right + 2 + tagged / 2), box.top + 14, TAG, SANS, ink, tag.toUpperCase(), 700),
  ].join("");
}

function arc({ relation, points, label: [x, y] }, schema, flip, width) {
  const way = points.map(([px, py]) => [flip(px), py]);
  const words = schema.relation(relation.type).words;
  const plate = width(words, LABEL, SANS, 500) + 8;
  return [
    `<path d="${pathOf(way)}" fill="none" stroke="#666" stroke-width="1.25"/>`,
    schema.symmetric.has(relation.type) ? "" : `<path d="${tipOf(way)}" fill="#666"/>`,
    `<rect x="${round(flip(x) - plate / 2)}" y="${round(y - LANE / 2 + 1)}" width="${round(plate)}" height="${LANE - 2}" fill="#fff"/>`,
    textAt(flip(x), y + 3.5, LABEL, SANS, "#444", words, 500),
  ].join("");
}

function textAt(x, y, size, family, fill, words, weight = 400) {
  return `<text x="${round(x)}" y="${round(y)}" font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="middle">${escaped(words)}</text>`;
}

const round = (value) => Math.round(value * 100) / 100;
