import { byId, make } from "./dom.js";
import { EXAMPLES, examplesFor } from "./examples.js";
import { plural } from "./format.js";
import { toast } from "./say.js";

// A text box with more characters than this is slow: browsers lay out all of its lines. The box then shows the beginning.
const LONG = 300_000;
const BEGINNING = 3000;
// Length up to which the reader may edit a long text all the same.
const EDITABLE = 5_000_000;

/** The text box with its examples. Events: "run"; "change"; "clear" (detail: the {text, name} that were cleared); "files" (detail: the files to open). */
export class Composer extends EventTarget {
  #box = /** @type {HTMLTextAreaElement} */ (byId("text"));
  #button = /** @type {HTMLButtonElement} */ (byId("extract"));
  /** @type {string|null} a text that is too long for the box */ #long = null;
  #draft = "";
  #name = "text";
  #more = false;
  /** @type {import("./examples.js").Example[]} */ #offered = [];
  // The draft keeps the reader's own text while an example is in the box.
  #own = make("button", { type: "button", className: "chip", hidden: true, onclick: () => this.#show(this.#draft) }, "Your own text");

  constructor() {
    super();
    this.#nameShortcut();
    this.#box.addEventListener("input", () => {
      const { value } = this.#box;
      if (this.#long !== null || (value.length > LONG && !this.#insists)) return this.put(value);
      this.#changed();
      this.dispatchEvent(new Event("change"));
    });
    this.#box.addEventListener("paste", (event) => this.#paste(event));
    byId("edit-long").addEventListener("click", () => this.#edit());
    this.#button.addEventListener("click", () => this.#run());
    byId("clear").addEventListener("click", () => {
      const old = { text: this.text, name: this.name };
      this.put("");
      this.#box.focus();
      this.dispatchEvent(new CustomEvent("clear", { detail: old }));
    });
    const file = /** @type {HTMLInputElement} */ (byId("file"));
    byId("open").addEventListener("click", () => this.choose());
    file.addEventListener("change", () => {
      const files = [...file.files];
      file.value = "";
      if (files.length > 0) this.dispatchEvent(new CustomEvent("files", { detail: files }));
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.#run();
    });
    this.#changed();
  }

  get text() {
    return this.#long ?? this.#box.value;
  }

  /** The name of the text: the title of its example, or the name of its file. */
  get name() {
    const example = EXAMPLES.find(({ text }) => text === this.text);
    return example?.title ?? this.#name;
  }

  /** Sets whether there is a document to clear, even if the box is empty. @param {boolean} more */
  clearable(more) {
    this.#more = more;
    this.#changed();
  }

  /** Offers the examples for a model. @param {string} [model] the name of its folder; missing for a model from files */
  offer(model) {
    this.#offered = examplesFor(model);
    const chips = this.#offered.map(({ title, text }) =>
      make("button", { type: "button", className: "chip", onclick: () => this.#show(text) }, title),
    );
    byId("examples").replaceChildren(make("span", { className: "hint" }, "Examples"), ...chips, this.#own);
    this.#changed();
  }

  /** Opens the browser's file dialog. */
  choose() {
    byId("file").click();
  }

  /** @param {string} text @param {string} [name] */
  put(text, name = "text") {
    this.#name = name;
    this.#insists = false;
    this.#fill(text.length > LONG ? text : null, text);
    this.#box.setSelectionRange(0, 0);
    this.#box.scrollTop = 0;
    this.#changed();
    this.dispatchEvent(new Event("change"));
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.#button.disabled = busy;
  }

  #run() {
    if (this.#button.disabled) return;
    if (this.text.trim() === "") {
      this.#box.focus();
      toast("Paste or open a text first");
    } else this.dispatchEvent(new Event("run"));
  }

  /** The reader edits a long text in the box. */ #insists = false;

  /** Takes a long text from the clipboard past the box. @param {ClipboardEvent} event */
  #paste(event) {
    const pasted = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
    if (pasted.length <= LONG || this.#insists) return;
    event.preventDefault();
    if (this.#long === null && this.text.trim() !== "" && !isExample(this.text)) this.#draft = this.text;
    const { value, selectionStart, selectionEnd } = this.#box;
    // A long text in the box is replaced as a whole, since the box has only its beginning.
    this.put(this.#long === null ? value.slice(0, selectionStart) + pasted + value.slice(selectionEnd) : pasted);
  }

  #edit() {
    const { text } = this;
    this.#insists = true;
    this.#fill(null, text);
    this.#box.focus();
  }

  /** @param {string|null} long @param {string} text */
  #fill(long, text) {
    this.#long = long;
    this.#box.value = long === null ? text : `${text.slice(0, BEGINNING).toWellFormed()} …`;
    this.#box.readOnly = long !== null;
    byId("long-text").hidden = long === null;
    byId("edit-long").hidden = long === null || text.length > EDITABLE;
  }

  #show(text) {
    if (!isExample(this.text) && this.text.trim() !== "") this.#draft = this.text;
    this.put(text);
  }

  #changed() {
    const { text } = this;
    byId("text-count").textContent = plural(text.length, "character");
    byId("clear").hidden = text === "" && !this.#more;
    this.#own.hidden = this.#draft === "" || text === this.#draft;
    for (const [i, chip] of [...byId("examples").querySelectorAll(".chip")].entries()) {
      chip.setAttribute("aria-pressed", String(text !== "" && text === (this.#offered[i]?.text ?? this.#draft)));
    }
  }

  #nameShortcut() {
    if (/Mac|iPhone|iPad/.test(navigator.platform)) byId("shortcut-key").textContent = "⌘";
  }
}

/** @param {string} text */
const isExample = (text) => EXAMPLES.some((example) => example.text === text);
