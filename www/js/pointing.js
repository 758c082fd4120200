/**
 * Mouse, touch and keyboard on the reading view. The view is one stop of the Tab key;
 * arrow keys move between entities and sentences.
 * @param {HTMLElement} list
 * @param {import("./reading.js").Reading} reading
 * @param {import("./focus.js").Focus} focus
 * @param {() => import("./findings.js").Findings|null} findings
 */
export function listen(list, reading, focus, findings) {
  const targetOf = (node) => {
    const element = node instanceof Element ? node.closest("[data-relation], [data-entity]") : null;
    if (!element || !findings()) return null;
    const { entity, relation } = element.dataset;
    if (relation !== undefined) return { kind: "relation", item: findings().relations[Number(relation)] };
    return element.classList.contains("off") ? null : { kind: "entity", item: findings().entities[Number(entity)] };
  };

  list.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") focus.point(targetOf(event.target) ?? focused());
  });
  list.addEventListener("pointerleave", () => focus.point(focused()));
  list.addEventListener("focusin", (event) => {
    if (event.target.matches(".entity")) {
      rove(event.target);
      focus.point(targetOf(event.target));
    }
  });
  list.addEventListener("focusout", () => focus.point(null));
  list.addEventListener("click", (event) => {
    // A click that ends a text selection means the selection.
    if (!getSelection().isCollapsed) return;
    const target = targetOf(event.target);
    if (target) focus.keep(target);
    else if (!event.target.closest("button")) focus.clear();
  });

  list.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches(".entity")) return;
    const next = destination(event.key, event.target);
    if (next) next.focus();
    else if (event.key === "Enter" || event.key === " ") focus.keep(targetOf(event.target));
    else if (event.key === "Escape") focus.clear();
    else return;
    event.preventDefault();
  });

  const focused = () => (list.contains(document.activeElement) ? targetOf(document.activeElement) : null);

  /** @param {string} key @param {HTMLElement} from */
  function destination(key, from) {
    const rows = reading.views.map((view) => view.stops).filter((stops) => stops.length > 0);
    const all = rows.flat();
    const at = all.indexOf(from);
    const row = rows.findIndex((stops) => stops.includes(from));
    const rightwards = getComputedStyle(from).direction === "rtl" ? -1 : 1;
    const to = {
      ArrowRight: all[at + rightwards],
      ArrowLeft: all[at - rightwards],
      ArrowDown: rows[row + 1]?.[0],
      ArrowUp: rows[row - 1]?.[0],
      Home: all[0],
      End: all.at(-1),
    };
    return to[key];
  }

  function rove(entity) {
    for (const other of list.querySelectorAll('.entity[tabindex="0"]')) other.tabIndex = -1;
    entity.tabIndex = 0;
  }
}

/** Makes the first entity the one that Tab reaches, unless one is already. @param {HTMLElement} list */
export function offerFirst(list) {
  if (list.querySelector('.entity[tabindex="0"]:not(.off)')) return;
  const first = list.querySelector(".entity.first:not(.off)");
  if (first) first.tabIndex = 0;
}
