import { touched } from "../document/carry.js";
import { InputError, told } from "../input_error.js";
import { keepDraft, recallDraft } from "./draft.js";
import { keys, put, remove, take } from "./shelf.js";
import { Tab, freshKey, heldKeys } from "./tab.js";
import { revive, stored } from "./work.js";

// Least time in ms between a change and its saving; saving a long text takes at most a twentieth of the time.
const WAIT = 600;
const SHARE = 20;
const SWITCH = "spanlight-keep";

/**
 * What this browser keeps of a tab that is closed, or of a text that another one replaced.
 * @typedef {{key: string, name: string, saved: number, work: any, draft: {text: string, name: string}|undefined}} Kept
 */

/**
 * Saves the document and the text of the box in this browser, under a key of this tab. Events: "state" (`state` changed),
 * "others" (other work was stored or removed), "aside" (detail: {name, bring}; corrections that the new document does
 * not contain were put aside, and `bring` opens them again), "failed" (detail: why nothing can be saved, in words),
 * "broken" (detail: {reason, key}; stored work cannot be shown).
 */
export class Keeper extends EventTarget {
  #space;
  #composer;
  #box;
  #tab = new Tab();
  #timer = 0;
  #wait = WAIT;
  /** What has changed since it was saved. */ #dirty = { work: false, draft: false };
  /** @type {Promise<void>|null} the saving that runs */ #saving = null;
  #ready = false;
  #told = "";
  /** @type {{key: string, name: string, back: () => void, stored: Promise<any>}|null} */ #aside = null;
  /** @type {"nothing"|"saving"|"saved"|"failed"|"off"} */ state = "nothing";

  /**
   * @param {import("../document/workspace.js").Workspace} space
   * @param {import("../composer.js").Composer} composer
   * @param {HTMLInputElement} box the checkbox with which the reader allows it
   */
  constructor(space, composer, box) {
    super();
    this.#space = space;
    this.#composer = composer;
    this.#box = box;
    box.checked = allowed();
    box.addEventListener("change", () => this.#allow());
    for (const name of ["open", "splice", "choice", "types", "rest", "text"]) space.addEventListener(name, () => this.#soon("work"));
    composer.addEventListener("change", () => {
      if (!this.#box.checked) return;
      keepDraft(composer.text);
      this.#soon("draft");
    });
    space.addEventListener("leave", ({ detail }) => this.#putAside(detail));
    space.addEventListener("settled", ({ detail }) => this.#settle(detail));
    addEventListener("pagehide", () => this.#save());
  }

  /** Restores the work and the text of this tab, or of one that was closed. */
  async restore() {
    const last = this.#box.checked ? recallDraft() : null;
    try {
      const from = await this.#tab.take(async () => (this.#box.checked ? (await this.others()).map(({ key }) => key) : []));
      if (this.#box.checked) await this.#show(from, last);
    } catch {
      // Storage is off: nothing is there, and the first attempt to save says so.
      if (last !== null && this.#composer.text === "") this.#composer.put(last);
    }
    this.#ready = true;
    if (this.#dirty.work || this.#dirty.draft) this.#plan();
    this.dispatchEvent(new Event("others"));
  }

  /** The work that no open tab shows, the newest first. @returns {Promise<Kept[]>} */
  async others() {
    const held = await heldKeys();
    const all = new Set([...(await keys("work")), ...(await keys("drafts"))]);
    const found = [];
    for (const key of all) {
      if (key === this.#tab.key || held.has(key)) continue;
      const [work, draft] = [await take("work", key), await take("drafts", key)];
      found.push({ key, name: String(work?.name ?? draft?.name ?? "text"), saved: Number(work?.saved ?? draft?.saved) || 0, work, draft });
    }
    return found.sort((a, b) => b.saved - a.saved);
  }

  /** Shows stored work in this tab. What the tab shows now stays stored. @param {string} key */
  async adopt(key) {
    await this.flush();
    if (this.state === "failed") throw new InputError("What this tab shows could not be saved, so no other text is opened in its place. Export it first.");
    if (!(await this.#tab.hold(key))) throw new InputError("Another tab has opened this text. Look for it there.");
    this.#ready = false;
    this.#space.close();
    this.#composer.put("");
    await this.#show(key, null);
    this.#ready = true;
    this.dispatchEvent(new Event("others"));
  }

  /** Deletes stored work. @param {string} key */
  async delete(key) {
    await remove("work", key);
    await remove("drafts", key);
    this.dispatchEvent(new Event("others"));
  }

  /** Saves what has changed. */
  async flush() {
    await this.#saving;
    await this.#save();
  }

  /** Deletes the work of this tab. */
  async clear() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#dirty = { work: false, draft: false };
    keepDraft(null);
    this.#turn("nothing");
    await this.#saving;
    await this.delete(this.#tab.key).catch(() => {});
  }

  /** @param {string} key @param {string|null} last the text of the box before a reload */
  async #show(key, last) {
    const [kept, draft] = [await take("work", key), await take("drafts", key)];
    let [opened, text] = [null, null];
    if (kept && !this.#space.document) {
      try {
        const { document, name, model, read, choice, schema } = revive(kept);
        this.#space.open({ document, types: schema, name, model, read, choice });
        [opened, text] = [document, document.text];
      } catch (error) {
        await this.#keepBroken(key, kept, told(error));
      }
    }
    // The reader may have begun with another text meanwhile.
    if (this.#composer.text !== "" || this.#space.document !== opened) return;
    const own = last ?? draft?.text ?? text ?? "";
    if (own !== "") this.#composer.put(own, own === text ? this.#space.name : (draft?.text === own && draft.name) || "text");
  }

  /** Moves work that cannot be shown out of the way of this tab's own, but does not delete it. */
  async #keepBroken(key, work, reason) {
    let aside = key;
    if (key === this.#tab.key) {
      aside = freshKey();
      await put("work", aside, work);
      await remove("work", key);
    }
    this.dispatchEvent(new CustomEvent("broken", { detail: { reason, key: aside } }));
  }

  /** @param {"work"|"draft"} what */
  #soon(what) {
    if (!this.#box.checked) return;
    this.#dirty[what] = true;
    this.#turn(this.state === "failed" ? "failed" : "saving");
    if (this.#ready) this.#plan();
  }

  #plan() {
    this.#timer ||= setTimeout(() => this.#save(), this.#wait);
  }

  #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#saving || !this.#ready || !(this.#dirty.work || this.#dirty.draft)) return this.#saving ?? Promise.resolve();
    return (this.#saving = this.#write().finally(() => {
      this.#saving = null;
      if ((this.#dirty.work || this.#dirty.draft) && this.state !== "failed") this.#plan();
    }));
  }

  async #write() {
    const { work, draft } = this.#dirty;
    this.#dirty = { work: false, draft: false };
    const started = performance.now();
    try {
      const { key } = this.#tab;
      const { document } = this.#space;
      if (work && document) await put("work", key, stored(this.#space.work));
      if (draft) await this.#writeDraft(key);
      this.#wait = Math.max(WAIT, SHARE * (performance.now() - started));
      this.#told = "";
      if (!this.#dirty.work && !this.#dirty.draft) this.#turn(document || this.#composer.text !== "" ? "saved" : "nothing");
      if (document?.sentences.some(touched)) await demandPersistence();
    } catch (error) {
      this.#dirty = { work: work || this.#dirty.work, draft: draft || this.#dirty.draft };
      this.#turn("failed");
      const words = whyNot(error);
      if (words !== this.#told) this.dispatchEvent(new CustomEvent("failed", { detail: words }));
      this.#told = words;
    }
  }

  async #writeDraft(key) {
    const { text, name } = this.#composer;
    if (text === "") await remove("drafts", key);
    else await put("drafts", key, { text, name, saved: Date.now() });
  }

  /** Stores a document with corrections before another one takes its place. */
  #putAside({ work, back }) {
    // A reading that another document interrupted never told how many sentences it contained.
    if (this.#aside) this.#settle({ lost: 1 });
    const key = freshKey();
    const done = this.#box.checked ? put("work", key, stored(work)).catch(() => {}) : Promise.resolve();
    this.#aside = { key, name: work.name, back, stored: done };
  }

  /** Tells what the new document does not contain, once that is known. @param {{lost: number}} detail the number of corrected sentences */
  async #settle({ lost }) {
    const aside = this.#aside;
    this.#aside = null;
    if (!aside) return;
    await aside.stored;
    if (lost === 0) return void this.delete(aside.key).catch(() => {});
    const bring = () => {
      aside.back();
      this.delete(aside.key).catch(() => {});
    };
    this.dispatchEvent(new CustomEvent("aside", { detail: { name: aside.name, bring } }));
    this.dispatchEvent(new Event("others"));
  }

  #allow() {
    allow(this.#box.checked);
    if (this.#box.checked) {
      keepDraft(this.#composer.text);
      this.#soon("work");
      this.#soon("draft");
    } else this.clear().then(() => this.#turn("off"));
  }

  /** @param {Keeper["state"]} state */
  #turn(state) {
    if (state === this.state) return;
    this.state = state;
    // The browser asks whether to leave the page while something is not saved.
    removeEventListener("beforeunload", warn);
    if (state === "saving" || state === "failed") addEventListener("beforeunload", warn);
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {Event} event */
const warn = (event) => event.preventDefault();

let asked = false;

/** Asks the browser once not to delete the stored work when it lacks room. */
async function demandPersistence() {
  if (asked) return;
  asked = true;
  if (!(await navigator.storage?.persisted?.().catch(() => true))) await navigator.storage?.persist?.().catch(() => false);
}

/** @param {any} error of the browser's storage */
function whyNot(error) {
  if (error?.name === "QuotaExceededError") {
    return "This browser has no room left for your work, so the last changes are not saved. Export it, delete texts that you no longer need under “Kept texts …” at the end of the page, or free space on the disk.";
  }
  return "This browser does not let the page save your work: storage is off, as in some private windows. Export it before you close the page.";
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
