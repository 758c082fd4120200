import { make } from "./dom.js";
import { plural, score } from "./format.js";
import { nest } from "./spans.js";

/** One sentence of the reading view: its text with the entities marked, and room for arcs. */
export class SentenceView {
  /**
   * @param {import("./findings.js").Sentence} sentence
   * @param {string} text the whole text
   * @param {import("./schema.js").Schema} schema
   */
  constructor(sentence, text, schema) {
    this.sentence = sentence;
    this.schema = schema;
    /** @type {Map<number, HTMLElement[]>} the pieces of each entity */
    this.pieces = new Map(sentence.entities.map(({ id }) => [id, []]));
    this.text = make("span", { className: "sentence-text" });
    this.text.append(...this.#render(nest(sentence.entities, sentence.start, sentence.end), text));
    this.element = make("li", { className: "sentence", dir: "auto" }, this.text);
    this.element.dataset.sentence = String(sentence.index);
  }

  /** The first piece of each entity, in reading order: these take the keyboard's focus. */
  get stops() {
    return [...this.text.querySelectorAll(".entity.first:not(.off)")];
  }

  /** @param {(entity: import("./findings.js").Entity) => boolean} shown */
  filter(shown) {
    for (const entity of this.sentence.entities) {
      for (const piece of this.pieces.get(entity.id)) piece.classList.toggle("off", !shown(entity));
    }
  }

  /** @param {Set<number>} active @param {Set<number>} linked @param {number|null} kept */
  mark(active, linked, kept) {
    for (const [id, pieces] of this.pieces) {
      for (const piece of pieces) {
        piece.classList.toggle("active", active.has(id));
        piece.classList.toggle("linked", linked.has(id));
        if (id === kept) piece.setAttribute("aria-current", "true");
        else piece.removeAttribute("aria-current");
      }
    }
  }

  #render(nodes, text) {
    return nodes.map((node) => {
      const own = text.slice(node.start, node.end);
      return node.piece ? this.#mark(node, text) : document.createTextNode(own);
    });
  }

  #mark({ piece, children }, text) {
    const { entity, first, last } = piece;
    const look = this.schema.entity(entity.type);
    const element = make("span", {
      className: `entity ${look.underline}${first ? " first" : ""}${last ? " last" : ""}`,
      dataset: { entity: entity.id, hue: look.hue, tag: look.tag },
    });
    if (first) {
      element.tabIndex = -1;
      element.setAttribute("role", "group");
      element.setAttribute("aria-roledescription", "entity");
      element.setAttribute("aria-label", describe(entity, look.words));
    }
    element.append(...this.#render(children, text));
    // A strut makes its own line of text higher and no other: see reserve() in arcs.js.
    if (first) element.prepend(make("span", { className: "strut" }));
    if (last) element.append(make("span", { className: "strut" }));
    this.pieces.get(entity.id).push(element);
    return element;
  }
}

/** @param {import("./findings.js").Entity} entity @param {string} words */
export function describe(entity, words) {
  const parts = [entity.text, words, `score ${score(entity.score)}`];
  if (entity.relations.length > 0) parts.push(plural(entity.relations.length, "relation"));
  return parts.join(", ");
}
