import { forget, keep, recall, revive } from "./work.js";

const WAIT = 600;
const SWITCH = "spanlight-keep";

/** Saves the work in progress in this browser, so that a reload loses nothing. */
export class Keeper {
  #space;
  #box;
  #note;
  #timer = 0;
  #held = false;
  #warned = false;

  /**
   * @param {import("../document/workspace.js").Workspace} space
   * @param {HTMLInputElement} box the checkbox with which the reader allows it
   * @param {(message: string) => void} note
   */
  constructor(space, box, note) {
    this.#space = space;
    this.#box = box;
    this.#note = note;
    box.checked = allowed();
    box.addEventListener("change", () => {
      allow(box.checked);
      if (box.checked) this.#soon();
      else this.clear();
    });
    for (const name of ["open", "splice", "choice", "types", "rest"]) space.addEventListener(name, () => this.#soon());
    addEventListener("pagehide", () => this.#timer && this.#save());
  }

  /** Restores the saved work. @returns {Promise<string|null>} the text */
  async restore() {
    const work = this.#box.checked ? await recall() : null;
    if (!work || this.#space.document) return null;
    try {
      const document = revive(work);
      const { name, model, read, choice, schema } = work;
      this.#space.open({ document, types: schema, name, model, read, choice });
      return document.text;
    } catch {
      await forget();
      return null;
    }
  }

  /** Pauses saving while a text is read, since frequent saving would slow the reading down. */
  hold() {
    this.#held = true;
  }

  release() {
    this.#held = false;
    this.#soon();
  }

  async clear() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    await forget();
  }

  #soon() {
    if (this.#held || !this.#box.checked) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), WAIT);
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { document, name, choice, schema, model, read } = this.#space;
    if (!document) return;
    const kept = await keep({ name, rest: document.rest, sentences: document.sentences, choice: choice.keep(), schema: schema.keep(), model, read });
    if (kept || this.#warned) return;
    this.#warned = true;
    this.#note("This browser cannot save your work: the text is too long, or storage is off. Export it before you close the page.");
  }
}

function allowed() {
  try {
    return localStorage.getItem(SWITCH) !== "no";
  } catch {
    return true;
  }
}

function allow(on) {
  try {
    localStorage.setItem(SWITCH, on ? "yes" : "no");
  } catch {
    // Without storage, nothing is saved in either case.
  }
}
