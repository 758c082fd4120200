import { readable } from "./words.js";

const HUES = 8;

/**
 * Renders a text with its entities as marks, except entities that start inside another one.
 * @param {string} text
 * @param {import("../../spanlight_web.js").Sentence[]} sentences
 * @param {string[]} types all entity types of the model; a type's index decides its colour
 * @returns {{element: HTMLElement, entities: Map<object, HTMLElement>}}
 */
export function markedText(text, sentences, types) {
  const element = document.createElement("div");
  element.setAttribute("part", "text");
  const entities = new Map();
  let at = 0;
  for (const entity of sentences.flatMap((sentence) => sentence.entities)) {
    if (entity.start < at) continue;
    const mark = markOf(text.slice(entity.start, entity.end), entity.type, types.indexOf(entity.type));
    entities.set(entity, mark);
    element.append(text.slice(at, entity.start), mark);
    at = entity.end;
  }
  element.append(text.slice(at));
  return { element, entities };
}

/** @param {string} surface @param {string} type @param {number} index */
function markOf(surface, type, index) {
  const mark = document.createElement("mark");
  // Part names are separated by spaces.
  mark.setAttribute("part", `entity entity-${type.replace(/\s/g, "-")}`);
  mark.dataset.hue = String((Math.max(index, 0) % HUES) + 1);
  const label = document.createElement("span");
  label.setAttribute("part", "label");
  label.append(readable(type));
  mark.append(surface, label);
  return mark;
}
