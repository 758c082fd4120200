import { draw } from "./dom.js";
import { LANE, route } from "./route.js";

const BEND = 5;
const ARROW = 4;
const LABEL_PADDING = 8;
const ROOM = 8;
const EDGE = 3;

/** Draws the relations of one sentence above its lines. */
export class Arcs {
  #struts = [];

  /** @param {import("./sentence.js").SentenceView} view */
  constructor(view) {
    this.view = view;
    this.svg = draw("svg", { class: "arcs", "aria-hidden": "true", focusable: "false" });
    view.element.append(this.svg);
    /** @type {Map<number, SVGElement>} */
    this.groups = new Map();
  }

  /**
   * Boxes of the entities that the relations join. Reads the layout, writes nothing.
   * @param {import("./findings.js").Relation[]} relations
   */
  measure(relations) {
    const frame = this.view.text.getBoundingClientRect();
    const origin = this.svg.parentElement.getBoundingClientRect();
    const boxes = new Map();
    for (const entity of new Set(relations.flatMap(({ head, tail }) => [head, tail]))) {
      boxes.set(entity.id, this.view.pieces.get(entity.id).flatMap((piece) => boxesOf(piece, frame.left, origin.top)));
    }
    numberLines([...boxes.values()].flat());
    const links = relations
      .map((relation) => ({ relation, head: boxes.get(relation.head.id), tail: boxes.get(relation.tail.id) }))
      .filter(({ relation, head, tail }) => relation.head !== relation.tail && head.length > 0 && tail.length > 0)
      .map((link) => ({ ...link, label: labelWidth(this.#words(link.relation)) + LABEL_PADDING }));
    const left = frame.left - origin.left;
    return { links, width: frame.width, left, margin: Math.min(left, origin.right - frame.right) - EDGE };
  }

  /** Makes the room that the measured relations need, above just those lines that need it. */
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
    this.groups = new Map(routes.map((one) => [one.relation.id, this.#group(one)]));
    this.svg.replaceChildren(draw("g", { transform: `translate(${left} 0)` }, ...this.groups.values()));
  }

  /** @param {Set<number>} active */
  emphasise(active) {
    this.svg.classList.toggle("faded", active.size > 0);
    for (const [id, group] of this.groups) {
      group.classList.toggle("active", active.has(id));
      if (active.has(id)) group.parentNode.append(group);
    }
  }

  #group({ relation, points, label: [x, y] }) {
    const line = rounded(points);
    const words = this.#words(relation);
    const group = draw("g", { class: "arc", "data-relation": relation.id });
    const width = labelWidth(words) + LABEL_PADDING;
    group.append(
      draw("path", { class: "arc-halo", d: line }),
      draw("path", { class: "arc-line", d: line }),
      draw("rect", { class: "arc-plate", x: x - width / 2, y: y - LANE / 2 + 1, width, height: LANE - 2 }),
      draw("text", { class: "arc-label", x, y, "text-anchor": "middle", "dominant-baseline": "central" }, words),
    );
    if (!this.view.schema.symmetric.has(relation.type)) group.append(tip(points.at(-1)));
    group.append(draw("path", { class: "arc-target", d: line }));
    return group;
  }

  #words(relation) {
    return this.view.schema.relation(relation.type).words;
  }
}

const tip = ([x, y]) =>
  draw("path", { class: "arc-tip", d: `M${x - ARROW} ${y - ARROW - 2}L${x + ARROW} ${y - ARROW - 2}L${x} ${y}z` });

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

/** Boxes lie on one line when their middles are closer than half a box. */
function numberLines(boxes) {
  let line = -1;
  let last = -Infinity;
  for (const box of boxes.sort((a, b) => a.middle - b.middle)) {
    if (box.middle - last > box.height / 2) line++;
    last = box.middle;
    box.line = line;
  }
}

/** @param {[number, number][]} points of a way with right angles */
function rounded(points) {
  let path = `M${points[0].join(" ")}`;
  for (let i = 1; i < points.length - 1; i++) {
    const before = towards(points[i], points[i - 1]);
    const after = towards(points[i], points[i + 1]);
    path += `L${before.join(" ")}Q${points[i].join(" ")} ${after.join(" ")}`;
  }
  return `${path}L${points.at(-1).join(" ")}`;
}

function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y);
  const step = Math.min(BEND, length / 2);
  return length === 0 ? [x, y] : [x + ((toX - x) * step) / length, y + ((toY - y) * step) / length];
}

let pen = null;

/** @param {string} words */
function labelWidth(words) {
  if (!pen) {
    pen = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(document.documentElement);
    pen.font = `${style.getPropertyValue("--arc-label-size")} ${style.fontFamily}`;
  }
  return pen.measureText(words).width;
}
