import { fill, make } from "../dom.js";
import { plural, score } from "../format.js";
import { nest } from "./spans.js";
import { stretches } from "./stretches.js";

/**
 * A segment of the sentence and its attention weight.
 * @typedef {{start: number, end: number, weight: number}} Heat `weight` is relative to the largest one, between 0 and 1
 */

/** The text of a sentence with its visible entities marked. */
export class SentenceText {
  #schema;
  /** @type {Map<number, HTMLElement[]>} the pieces of each entity */ pieces = new Map();
  /** The number of visible entities without a mark, since they lie too deep inside others. */ unmarked = 0;

  /** @param {import("../document/schema.js").Schema} schema */
  constructor(schema) {
    this.#schema = schema;
    this.element = make("span", { className: "sentence-text" });
  }

  /** The first piece of each entity in reading order; these can take the keyboard focus. */
  get stops() {
    return [...this.element.querySelectorAll(".entity.first")];
  }

  /**
   * @param {string} text
   * @param {import("../document/document.js").Findings} shown
   * @param {Heat[]} heat
   */
  render(text, { entities, relations }, heat) {
    const links = new Map();
    for (const { head, tail } of relations) for (const end of [head, tail]) links.set(end, (links.get(end) ?? 0) + 1);
    this.pieces = new Map(entities.map(({ id }) => [id, []]));
    const draw = (nodes) => nodes.flatMap((node) => (node.piece ? [this.#mark(node, text, links, draw)] : this.#words(text, node, heat)));
    const parts = stretches(nest(entities, 0, text.length), text).map(draw);
    fill(this.element, parts.length > 1 ? parts.map((nodes) => filled(make("span", { className: "stretch" }), nodes)) : parts.flat());
    this.unmarked = [...this.pieces.values()].filter((pieces) => pieces.length === 0).length;
  }

  /** @param {{active: Set<number>, linked: Set<number>, kept: number|null}} marks ids of entities */
  mark({ active, linked, kept }) {
    for (const [id, pieces] of this.pieces) {
      for (const piece of pieces) {
        piece.classList.toggle("active", active.has(id));
        piece.classList.toggle("linked", linked.has(id));
        if (id === kept) piece.setAttribute("aria-current", "true");
        else piece.removeAttribute("aria-current");
      }
    }
  }

  #mark({ piece, children }, text, links, draw) {
    const { entity, first, last } = piece;
    const look = this.#schema.entity(entity.type);
    const element = make("span", {
      className: `entity ${look.underline}${first ? " first" : ""}${last ? " last" : ""}${entity.source === "human" ? " human" : ""}`,
      dataset: { entity: entity.id, hue: look.hue, tag: look.tag },
    });
    if (first) {
      element.tabIndex = -1;
      element.setAttribute("role", "group");
      element.setAttribute("aria-roledescription", "entity");
      element.setAttribute("aria-label", describe(entity, text, look.words, links.get(entity.id) ?? 0));
    }
    fill(element, draw(children));
    // A strut raises only its own line of text: see reserve() in arcs.js.
    if (first) element.prepend(make("span", { className: "strut" }));
    if (last) element.append(make("span", { className: "strut" }));
    this.pieces.get(entity.id).push(element);
    return element;
  }

  #words(text, { start, end }, heat) {
    const warm = heat.filter((one) => one.start < end && one.end > start);
    if (warm.length === 0) return [document.createTextNode(text.slice(start, end))];
    return warm.map((one) => {
      const piece = make("span", { className: "heat" }, text.slice(Math.max(start, one.start), Math.min(end, one.end)));
      piece.style.setProperty("--weight", one.weight.toFixed(3));
      return piece;
    });
  }
}

function filled(element, nodes) {
  fill(element, nodes);
  return element;
}

/** @param {import("../document/document.js").Entity} entity @param {string} text @param {string} words @param {number} links */
function describe({ start, end, score: value, source }, text, words, links) {
  const parts = [text.slice(start, end), words, source === "human" ? "set by you" : `score ${score(value)}`];
  if (links > 0) parts.push(plural(links, "relation"));
  return parts.join(", ");
}
