import { draw } from "../dom.js";
import { LANE, route } from "../route.js";
import { pathOf, tipOf } from "./paths.js";

const LABEL_PADDING = 8;
const ROOM = 8;
const EDGE = 3;

/** Draws the relations of one sentence above its lines. */
export class Arcs {
  #struts = [];
  #schema;
  #text;
  /** @type {Map<number, SVGElement>} */ #groups = new Map();

  /** @param {import("./sentence.js").SentenceText} text @param {import("../document/schema.js").Schema} schema */
  constructor(text, schema) {
    this.#text = text;
    this.#schema = schema;
    this.svg = draw("svg", { class: "arcs", "aria-hidden": "true", focusable: "false" });
  }

  /**
   * Measures the boxes of the entities that the relations join. Only reads the layout.
   * @param {import("../document/document.js").Relation[]} relations
   */
  measure(relations) {
    const frame = this.#text.element.getBoundingClientRect();
    const origin = this.svg.parentElement.getBoundingClientRect();
    const boxes = new Map();
    for (const id of new Set(relations.flatMap(({ head, tail }) => [head, tail]))) {
      boxes.set(id, (this.#text.pieces.get(id) ?? []).flatMap((piece) => boxesOf(piece, frame.left, origin.top)));
    }
    numberLines([...boxes.values()].flat());
    const links = relations
      .map((relation) => ({ relation, head: boxes.get(relation.head), tail: boxes.get(relation.tail) }))
      .filter(({ relation, head, tail }) => relation.head !== relation.tail && head.length > 0 && tail.length > 0)
      .map((link) => ({ ...link, label: labelWidth(this.#words(link.relation)) + LABEL_PADDING }));
    const left = frame.left - origin.left;
    return { links, width: frame.width, left, margin: Math.min(left, origin.right - frame.right) - EDGE };
  }

  /** Makes room for the arcs above the lines that need it. */
  reserve({ links, width, margin }) {
    for (const strut of this.#struts) strut.style.removeProperty("--room");
    const boxes = links.flatMap(({ head, tail }) => [...head, ...tail]);
    const { lanes } = route(links, width, margin);
    this.#struts = [...lanes].flatMap(([line, count]) => {
      const strut = boxes.find((box) => box.line === line && box.strut)?.strut;
      strut?.style.setProperty("--room", `${count * LANE + ROOM}px`);
      return strut ?? [];
    });
  }

  draw({ links, width, left, margin }) {
    const { routes } = route(links, width, margin);
    this.#groups = new Map(routes.map((one) => [one.relation.id, this.#group(one)]));
    this.svg.replaceChildren(draw("g", { transform: `translate(${left} 0)` }, ...this.#groups.values()));
  }

  /** @param {Set<number>} active */
  emphasise(active) {
    this.svg.classList.toggle("faded", active.size > 0);
    for (const [id, group] of this.#groups) {
      group.classList.toggle("active", active.has(id));
      if (active.has(id)) group.parentNode.append(group);
    }
  }

  #group({ relation, points, label: [x, y] }) {
    const line = pathOf(points);
    const words = this.#words(relation);
    const width = labelWidth(words) + LABEL_PADDING;
    const plate = { x: x - width / 2, y: y - LANE / 2 + 1, width, height: LANE - 2 };
    const parts = [
      draw("path", { class: "arc-halo", d: line }),
      draw("path", { class: "arc-line", d: line }),
      draw("rect", { class: "arc-plate", ...plate }),
      draw("text", { class: "arc-label", x, y, "text-anchor": "middle", "dominant-baseline": "central" }, words),
    ];
    if (!this.#schema.symmetric.has(relation.type)) parts.push(draw("path", { class: "arc-tip", d: tipOf(points) }));
    parts.push(draw("path", { class: "arc-target", d: line }), draw("rect", { class: "arc-target", ...plate }));
    return draw("g", { class: `arc${relation.source === "human" ? " human" : ""}`, "data-relation": relation.id }, ...parts);
  }

  #words({ type }) {
    return this.#schema.relation(type).words;
  }
}

/** @param {HTMLElement} piece @param {number} left @param {number} top */
function boxesOf(piece, left, top) {
  const rects = [...piece.getClientRects()].filter(({ width }) => width > 0);
  const [start, end] = ["first", "last"].map((name) => (piece.classList.contains(name) ? name : null));
  return rects.map((rect, index) => ({
    left: rect.left - left,
    right: rect.right - left,
    top: rect.top - top,
    middle: (rect.top + rect.bottom) / 2,
    height: rect.height,
    line: 0,
    strut:
      (start && index === 0 && piece.querySelector(":scope > .strut:first-child")) ||
      (end && index === rects.length - 1 && piece.querySelector(":scope > .strut:last-child")) ||
      null,
  }));
}

/** Numbers the lines. Boxes are on one line if their centres are closer than half their height. */
function numberLines(boxes) {
  let line = -1;
  let last = -Infinity;
  for (const box of boxes.sort((a, b) => a.middle - b.middle)) {
    if (box.middle - last > box.height / 2) line++;
    last = box.middle;
    box.line = line;
  }
}

let pen = null;

/** @param {string} words */
function labelWidth(words) {
  if (!pen) {
    pen = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(document.documentElement);
    pen.font = `${style.getPropertyValue("--arc-label-weight")} ${style.getPropertyValue("--arc-label-size")} ${style.fontFamily}`;
  }
  return pen.measureText(words).width;
}
