import { borrow } from "./element/lender.js";
import { relationList } from "./element/relations.js";
import { sheet } from "./element/sheet.js";
import { markedText } from "./element/text.js";

/**
 * @import { Sentence } from "../spanlight_web.js"
 * @import { Loan } from "./element/lender.js"
 */

// Milliseconds between two updates of the marks.
const SHOW_EVERY = 100;

/**
 * The element `<spanlight-text>`: marks the entities in its text and lists the relations. Importing
 * `spanlight/element.js` defines it.
 *
 * Attributes: `model`, the address of a model's folder, or a name for `models/NAME/` beside the page;
 * `backend`, as in `LoadOptions`; `threshold`, the lowest score that is shown. The element reads its own text, and
 * reads it again when it changes. Elements with the same model and backend share one extractor. While it reads, the
 * element has the attribute `busy`.
 *
 * Events, which bubble: "spanlight-done" (`detail`: {sentences, outcome}) and "spanlight-error" (`detail`: the
 * error). Parts for styling: `text`, `entity`, `entity-TYPE`, `label`, `relations`, `relation`, `status`. Custom
 * properties: `--spanlight-1` to `--spanlight-8` (the colours of the types), `--spanlight-ink` (the colour of the labels).
 */
export class SpanlightText extends HTMLElement {
  /** @ignore */
  static observedAttributes = ["model", "backend", "threshold"];

  #root = this.attachShadow({ mode: "open" });
  #status = make("p", { part: "status", role: "status" });
  #watch = new MutationObserver(() => this.#restart());
  /** @type {AbortController|null} */ #reading = null;
  #scheduled = false;
  /** The sentences read so far, with their entities and relations. @type {Sentence[]} */ sentences = [];

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet()];
    this.#root.append(document.createElement("slot"), this.#status);
  }

  /** @ignore */
  connectedCallback() {
    this.#watch.observe(this, { childList: true, characterData: true, subtree: true });
    this.#restart();
  }

  /** @ignore */
  disconnectedCallback() {
    this.#watch.disconnect();
    this.#reading?.abort();
  }

  /** @ignore */
  attributeChangedCallback() {
    if (this.isConnected) this.#restart();
  }

  /** Reads the text once for all changes of the current task. */
  #restart() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#reading?.abort();
      if (this.isConnected) this.#read();
    });
  }

  async #read() {
    const reading = (this.#reading = new AbortController());
    const { signal } = reading;
    const text = this.textContent ?? "";
    /** @type {Loan|null} */ let loan = null;
    /** @type {any} */ let due = 0;
    this.sentences = [];
    this.#say("Reading…");
    try {
      loan = borrow(this.getAttribute("model") ?? "", this.getAttribute("backend"));
      const threshold = Number(this.getAttribute("threshold") ?? 0);
      const outcome = await loan.extractor.read(text, {
        threshold,
        signal,
        onBatch: ({ sentences }) => {
          for (const sentence of sentences) this.sentences.push(sentence);
          // Redrawing all marks for every batch would take quadratic time on a long text.
          due ||= setTimeout(() => {
            due = 0;
            if (!signal.aborted) this.#show(text, loan?.extractor.info);
          }, SHOW_EVERY);
        },
      });
      if (outcome.cancelled) return;
      this.#show(text, loan.extractor.info);
      this.#say("");
      this.#dispatch("spanlight-done", { sentences: this.sentences, outcome });
    } catch (error) {
      if (signal.aborted) return;
      this.#root.replaceChildren(document.createElement("slot"), this.#status);
      this.#say(`The text could not be read: ${/** @type {Error} */ (error).message}`);
      this.#dispatch("spanlight-error", error);
    } finally {
      clearTimeout(due);
      loan?.giveBack();
    }
  }

  /** @param {string} text @param {import("../spanlight_web.js").Info|null|undefined} info */
  #show(text, info) {
    const marked = markedText(text, this.sentences, info?.entities ?? []);
    this.#root.replaceChildren(marked.element, relationList(this.sentences, marked.entities), this.#status);
  }

  /** @param {string} message */
  #say(message) {
    this.#status.textContent = message;
    this.#status.hidden = message === "";
    this.toggleAttribute("busy", message === "Reading…");
  }

  /** @param {string} name @param {any} detail */
  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** @param {string} name @param {Record<string, string>} attributes */
function make(name, attributes) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

if (!customElements.get("spanlight-text")) customElements.define("spanlight-text", SpanlightText);
