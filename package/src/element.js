import { borrow } from "./element/lender.js";
import { relationList } from "./element/relations.js";
import { sheet } from "./element/sheet.js";
import { markedText } from "./element/text.js";

/**
 * @import { Sentence } from "../spanlight_web.js"
 * @import { Loan } from "./element/lender.js"
 */

const SHOW_EVERY = 100;

/**
 * `<spanlight-text>`, which importing `spanlight/element.js` defines: text with its entities marked and its
 * relations listed.
 *
 * Attributes: `model`, the address of a model's folder, or a name for `models/NAME/` beside the page;
 * `backend`, as in `LoadOptions`; `threshold`, below which nothing is shown. The text is the element's own,
 * and is read again when it changes. Elements of one model share it. The
 * attribute `busy` is there while it is read.
 *
 * Events, which bubble: "spanlight-done" (`detail`: {sentences, outcome}) and "spanlight-error" (`detail`: the
 * error). Parts to style: `text`, `entity`, `entity-TYPE`, `label`, `relations`, `relation`, `status`. Custom
 * properties: `--spanlight-1` to `--spanlight-8` (the colours of types), `--spanlight-ink` (of labels).
 */
export class SpanlightText extends HTMLElement {
  /** @ignore */
  static observedAttributes = ["model", "backend", "threshold"];

  #root = this.attachShadow({ mode: "open" });
  #status = make("p", { part: "status", role: "status" });
  #watch = new MutationObserver(() => this.#restart());
  /** @type {AbortController|null} */ #reading = null;
  #scheduled = false;
  /** What was found in the text so far. @type {Sentence[]} */ sentences = [];

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

  /** Changes that come together are one. */
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
          this.sentences.push(...sentences);
          // Marking everything anew for every batch would make a long text quadratic.
          due ||= setTimeout(() => {
            due = 0;
            if (!signal.aborted) this.#show(text, loan?.extractor.info);
          }, SHOW_EVERY);
        },
      });
      if (outcome.cancelled) return;
      this.#show(text, loan.extractor.info);
      this.#say("");
      this.#tell("spanlight-done", { sentences: this.sentences, outcome });
    } catch (error) {
      if (signal.aborted) return;
      this.#root.replaceChildren(document.createElement("slot"), this.#status);
      this.#say(`The text could not be read: ${/** @type {Error} */ (error).message}`);
      this.#tell("spanlight-error", error);
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
  #tell(name, detail) {
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
