import { byId, draw, make } from "../dom.js";
import { count, plural } from "../format.js";
import { gather } from "./gather.js";
import { border, layOut, neighbour } from "./layout.js";

const HEIGHT = 30;
const LONGEST = 32;
// Largest number of edges that all carry labels; beyond it, only the edges of the focused node do.
const NAMED = 24;

/** The relations of the whole document, drawn as a graph. */
export class Graph {
  #document = null;
  #schema = null;
  #shown = null;
  #onPick;
  #limit = /** @type {HTMLSelectElement} */ (byId("graph-limit"));
  #view = { nodes: [], edges: [], boxes: [], marks: [], lines: [] };

  /** @param {(target: import("../document/focus.js").Target) => void} onPick */
  constructor(onPick) {
    this.#onPick = onPick;
    this.#limit.addEventListener("change", () => this.show());
  }

  open(document, schema, shown) {
    this.#document = document;
    this.#schema = schema;
    this.#shown = shown;
  }

  show() {
    if (!this.#document) return;
    const { nodes, edges, left } = gather(this.#document, this.#shown, Number(this.#limit.value));
    const labels = nodes.map(({ text }) => shorten(text));
    const sizes = labels.map((label) => ({ width: textWidth(label) + 24, height: HEIGHT }));
    const { boxes, width, height } = layOut(sizes, edges.map(({ from, to }) => [nodes.indexOf(from), nodes.indexOf(to)]), byId("graph-canvas").clientWidth);
    const lines = edges.map((edge) => this.#edge(edge, boxes[nodes.indexOf(edge.from)], boxes[nodes.indexOf(edge.to)]));
    const marks = nodes.map((node, i) => this.#node(node, labels[i], boxes[i], i));
    const svg = draw("svg", { class: "graph", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Graph of relations", xmlns: "http://www.w3.org/2000/svg" }, ...lines, ...marks);
    svg.classList.toggle("crowded", edges.length > NAMED);
    this.#view = { nodes, edges, boxes, marks, lines };
    byId("graph-canvas").replaceChildren(nodes.length > 0 ? svg : make("p", { className: "hint" }, "There is no relation to draw."));
    byId("graph-left").textContent = left > 0 ? `${count(left)} more with fewer relations are not drawn.` : "";
    marks[0]?.setAttribute("tabindex", "0");
    this.#tell(-1);
  }

  #node({ text, type, degree, ids }, label, { x, y, width, height }, index) {
    const look = this.#schema.entity(type);
    const about = `${text}, ${look.words}, ${plural(ids.length, "mention")}, ${plural(degree, "relation")}`;
    const mark = draw(
      "g",
      { class: "node", "data-hue": look.hue, transform: `translate(${x} ${y})`, role: "button", tabindex: "-1", "aria-label": about },
      draw("title", {}, about),
      draw("rect", { class: `node-box ${look.underline}`, x: -width / 2, y: -height / 2, width, height, rx: 6 }),
      draw("path", { class: `node-bar ${look.underline}`, d: `M${-width / 2 + 5} ${height / 2 - 1}H${width / 2 - 5}` }),
      draw("text", { class: "node-text", "text-anchor": "middle", "dominant-baseline": "central", y: -1 }, label),
    );
    mark.addEventListener("click", () => this.#choose(index));
    mark.addEventListener("focus", () => this.#emphasise(index));
    mark.addEventListener("blur", () => this.#emphasise(this.#chosen));
    mark.addEventListener("pointerenter", () => this.#emphasise(index));
    mark.addEventListener("pointerleave", () => this.#emphasise(this.#chosen));
    mark.addEventListener("keydown", (event) => this.#press(event, index));
    return mark;
  }

  #edge({ type, ids }, from, to) {
    const [[x1, y1], [x2, y2]] = [border(from, to), border(to, from)];
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
    const symmetric = this.#schema.symmetric.has(type);
    const words = this.#schema.relation(type).words + (ids.length > 1 ? ` ×${count(ids.length)}` : "");
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const width = textWidth(words) * 0.86 + 8;
    return draw(
      "g",
      { class: "edge" },
      draw("path", { class: "edge-line", d: `M${x1} ${y1}L${x2} ${y2}` }),
      ...(symmetric ? [] : [draw("path", { class: "edge-tip", d: "M0 0L-9 -4V4z", transform: `translate(${x2} ${y2}) rotate(${angle})` })]),
      draw("rect", { class: "edge-plate", x: x - width / 2, y: y - 8, width, height: 16, rx: 3 }),
      draw("text", { class: "edge-label", x, y, "text-anchor": "middle", "dominant-baseline": "central" }, words),
    );
  }

  #chosen = -1;

  #choose(index) {
    this.#tell(index === this.#chosen ? -1 : index);
  }

  #press(event, index) {
    const { marks, boxes } = this.#view;
    if (event.key === "Enter" || event.key === " ") this.#choose(index);
    else if (event.key === "Escape") this.#tell(-1);
    else if (/^Arrow/.test(event.key)) {
      const next = neighbour(boxes, index, event.key);
      if (next >= 0) {
        for (const mark of marks) mark.setAttribute("tabindex", "-1");
        marks[next].setAttribute("tabindex", "0");
        marks[next].focus();
      }
    } else return;
    event.preventDefault();
  }

  #emphasise(index) {
    const { nodes, edges, marks, lines } = this.#view;
    const near = new Set([nodes[index]]);
    edges.forEach(({ from, to }, i) => {
      const own = from === nodes[index] || to === nodes[index];
      lines[i].classList.toggle("active", own && index >= 0);
      if (own) near.add(from).add(to);
    });
    marks.forEach((mark, i) => mark.classList.toggle("active", i === index || (index >= 0 && near.has(nodes[i]))));
    byId("graph-canvas").firstElementChild.classList.toggle("faded", index >= 0);
  }

  /** Lists the relations of a node, as links into the text. */
  #tell(index) {
    this.#chosen = index;
    this.#emphasise(index);
    const { nodes, edges, marks } = this.#view;
    marks.forEach((mark, i) => mark.setAttribute("aria-pressed", String(i === index)));
    const root = byId("graph-detail");
    const node = nodes[index];
    if (!node) return root.replaceChildren(make("p", { className: "hint" }, "Press an entity to list its relations. Arrow keys move between entities."));
    const statement = ({ from, to, type, ids }) => {
      const sign = this.#schema.symmetric.has(type) ? "↔" : "→";
      const verb = make("span", { className: "verb" }, `${this.#schema.relation(type).words} ${sign}`);
      const ways = ids.map((id) => {
        const place = this.#document.place(id) + 1;
        return make("button", { type: "button", className: "link", onclick: () => this.#onPick({ kind: "relation", id }) }, `sentence ${count(place)}`);
      });
      return make("li", {}, make("bdi", {}, from.text), " ", verb, " ", make("bdi", {}, to.text), ...ways.flatMap((way) => [" ", way]));
    };
    const own = edges.filter(({ from, to }) => from === node || to === node);
    root.replaceChildren(make("h3", {}, make("bdi", {}, node.text)), make("ul", { className: "statements" }, ...own.map(statement)));
  }
}

const shorten = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1).toWellFormed()}…` : text);

let pen = null;

function textWidth(text) {
  if (!pen) {
    pen = document.createElement("canvas").getContext("2d");
    pen.font = `14px ${getComputedStyle(document.documentElement).fontFamily}`;
  }
  return pen.measureText(text).width;
}
