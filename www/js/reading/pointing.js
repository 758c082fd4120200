/**
 * Handles mouse, touch and keyboard in the reading view. The view is one tab stop; the arrow keys move between entities
 * and sentences.
 * @param {HTMLElement} list
 * @param {import("./reading.js").Reading} reading
 * @param {import("../document/focus.js").Focus} focus
 * @param {(target: import("../document/focus.js").Target) => void} onPick
 */
export function listen(list, reading, focus, onPick) {
  const focused = () => (list.contains(document.activeElement) ? targetOf(document.activeElement) : null);

  list.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") focus.point(targetOf(event.target) ?? focused());
  });
  list.addEventListener("pointerleave", () => focus.point(focused()));
  list.addEventListener("focusin", (event) => {
    if (!event.target.matches(".entity")) return;
    rove(list, event.target);
    focus.point(targetOf(event.target));
  });
  list.addEventListener("focusout", () => focus.point(null));
  list.addEventListener("click", (event) => {
    // A click that ends a text selection is not a click on an entity.
    if (!getSelection().isCollapsed) return;
    const target = targetOf(event.target);
    if (target) onPick(target);
    else if (!event.target.closest("button, textarea")) focus.clear();
  });

  list.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !event.target.matches(".entity")) return;
    const next = destination(event.key, event.target, reading);
    if (next) next.focus();
    else if (event.key === "Enter" || event.key === " ") onPick(targetOf(event.target));
    else return;
    event.preventDefault();
  });
}

/** @param {unknown} node @returns {import("../document/focus.js").Target|null} */
function targetOf(node) {
  const element = node instanceof Element ? node.closest("[data-relation], [data-entity]") : null;
  if (!element) return null;
  const { entity, relation } = /** @type {HTMLElement} */ (element).dataset;
  return relation === undefined ? { kind: "entity", id: Number(entity) } : { kind: "relation", id: Number(relation) };
}

/** @param {string} key @param {HTMLElement} from @param {import("./reading.js").Reading} reading */
function destination(key, from, reading) {
  const row = reading.rows.indexOf(reading.rowOf(from));
  const stops = reading.stops(row);
  const at = stops.indexOf(from);
  const onwards = getComputedStyle(from).direction === "rtl" ? -1 : 1;
  const beside = (step) => stops[at + step] ?? beyond(reading, row, step)?.at(step < 0 ? -1 : 0);
  const ways = {
    ArrowRight: () => beside(onwards),
    ArrowLeft: () => beside(-onwards),
    ArrowDown: () => beyond(reading, row, 1)?.[0],
    ArrowUp: () => beyond(reading, row, -1)?.[0],
    Home: () => beyond(reading, -1, 1)?.[0],
    End: () => beyond(reading, reading.rows.length, -1)?.at(-1),
  };
  return ways[key]?.();
}

/** The entities of the next sentence that contains any. @returns {HTMLElement[]|undefined} */
function beyond(reading, from, step) {
  for (let row = from + step; row >= 0 && row < reading.rows.length; row += step) {
    const stops = reading.stops(row);
    if (stops.length > 0) return stops;
  }
}

function rove(list, entity) {
  for (const other of list.querySelectorAll('.entity[tabindex="0"]')) other.tabIndex = -1;
  entity.tabIndex = 0;
}
