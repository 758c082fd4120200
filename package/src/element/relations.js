import { readable } from "./words.js";

/**
 * Lists the relations as buttons, which highlight the head and the tail in the text.
 * @param {import("../../spanlight_web.js").Sentence[]} sentences
 * @param {Map<object, HTMLElement>} marks the mark of each entity that is shown
 * @returns {HTMLElement}
 */
export function relationList(sentences, marks) {
  const list = document.createElement("ul");
  list.setAttribute("part", "relations");
  list.setAttribute("aria-label", "Relations");
  for (const { entities, relations } of sentences) {
    for (const { head, tail, type } of relations) {
      const ends = [entities[head], entities[tail]].map((entity) => marks.get(entity));
      if (!ends[0] || !ends[1]) continue;
      const item = document.createElement("li");
      item.append(button(`${entities[head].text} — ${readable(type)} → ${entities[tail].text}`, ends));
      list.append(item);
    }
  }
  list.hidden = list.childElementCount === 0;
  return list;
}

/** @param {string} words @param {(HTMLElement|undefined)[]} ends */
function button(words, ends) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("part", "relation");
  button.setAttribute("aria-pressed", "false");
  button.append(words);
  const point = (/** @type {boolean} */ on) => ends.forEach((mark) => mark?.classList.toggle("pointed", on));
  const isPressed = () => button.getAttribute("aria-pressed") === "true";
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isPressed()));
    point(isPressed());
  });
  button.addEventListener("pointerenter", () => point(true));
  button.addEventListener("pointerleave", () => point(isPressed()));
  return button;
}
