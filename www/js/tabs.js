/**
 * Tabs: one view is on show at a time.
 * @param {HTMLElement} list the tab list; each button names its view in `aria-controls`
 * @param {(id: string) => void} onTurn called with the id of the view that is shown
 */
export class Tabs {
  #tabs;
  #onTurn;

  constructor(list, onTurn) {
    this.#tabs = [...list.querySelectorAll('[role="tab"]')];
    this.#onTurn = onTurn;
    list.addEventListener("click", ({ target }) => {
      const tab = target.closest('[role="tab"]');
      if (tab) this.turn(tab.getAttribute("aria-controls"));
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined) return;
      const open = this.#tabs.filter((tab) => !tab.disabled);
      const at = open.indexOf(event.target) + step;
      const last = open.length - 1;
      const next = open[Number.isFinite(at) ? (at + last + 1) % (last + 1) : step < 0 ? 0 : last];
      this.turn(next.getAttribute("aria-controls"));
      next.focus();
      event.preventDefault();
    });
  }

  /** The id of the view on show. */
  get current() {
    return this.#tabs.find((tab) => tab.getAttribute("aria-selected") === "true").getAttribute("aria-controls");
  }

  /** @param {string} id of a view */
  turn(id) {
    for (const tab of this.#tabs) {
      const chosen = tab.getAttribute("aria-controls") === id;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.#onTurn(id);
  }
}
