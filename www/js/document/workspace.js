import { carry, touched } from "./carry.js";
import { Choice } from "./choice.js";
import { Document } from "./document.js";
import { Focus } from "./focus.js";
import { Intake } from "./intake.js";
import { Schema } from "./schema.js";
import { Shown } from "./shown.js";

/**
 * The document on show, with its schema, filter and selection. Events: "open" (another document), "close" (no document
 * any more), "splice" (detail: a Splice; sentences changed), "rest" (the unread text changed), "choice" (the filter
 * changed), "types" (a type was added), "leave" (detail: {work, back}; another document takes the place of one with
 * corrections, and `back` undoes that), and then "settled" (detail: {lost}; the number of corrected sentences that the new
 * document does not contain).
 */
export class Workspace extends EventTarget {
  choice = new Choice();
  focus = new Focus();
  shown = new Shown(this.choice);
  /** @type {Document|null} */ document = null;
  /** @type {Schema|null} */ schema = null;
  /** The name of the document. */ name = "";
  /** @type {{name: string, format: number}|null} the model that read the document */ model = null;
  /** Offset up to which the text was read. */ read = 0;
  /** Whether the text is being read. */ reading = false;
  #intake = null;
  /** @type {ReturnType<typeof carry>|null} */ #carried = null;
  #followed = new WeakSet();

  constructor() {
    super();
    this.choice.addEventListener("change", () => {
      this.shown.forget();
      this.dispatchEvent(new Event("choice"));
    });
  }

  /**
   * Opens a document that is read, imported or restored.
   * @param {{document: Document, types: {entities: string[], relations: string[], symmetric: string[]}, name: string, model?: object|null, read?: number, choice?: object, reading?: boolean}} work
   */
  open({ document, types, name, model = null, read = document.length, choice, reading = false }) {
    const lost = this.document?.sentences.filter(touched).length ?? 0;
    if (lost > 0) this.dispatchEvent(new CustomEvent("leave", { detail: { work: this.work, back: this.#way() } }));
    this.document = document;
    this.schema = new Schema(types);
    this.schema.learn(document.sentences);
    this.shown.symmetric = this.schema.symmetric;
    this.shown.forget();
    this.name = name;
    this.model = model;
    this.read = read;
    this.reading = reading;
    this.#follow(document);
    this.focus.clear();
    this.dispatchEvent(new Event("open"));
    if (choice) this.choice.restore(choice);
    // Of a text that is to be read, nobody knows yet which sentences occur again.
    if (lost > 0 && !reading) this.dispatchEvent(new CustomEvent("settled", { detail: { lost } }));
  }

  /** The document as plain data, for storage. @returns {import("../store/work.js").Work} */
  get work() {
    const { document, name, choice, schema, model, read } = this;
    return { name, rest: document.rest, sentences: document.sentences.slice(), choice: choice.keep(), schema: schema.keep(), model, read };
  }

  /** The way back to the document on show. */
  #way() {
    const { document, schema, name, model, read } = this;
    const choice = this.choice.keep();
    return () => this.open({ document, types: schema.keep(), name, model, read, choice });
  }

  /** Adds the types of a model to a document that came without one. @param {import("../engine.js").Info} info */
  know({ entities, relations, symmetric }) {
    if (!this.document || this.model) return;
    for (const name of entities) this.schema.entity(name);
    for (const name of relations) this.schema.relation(name);
    for (const name of symmetric) this.schema.symmetric.add(name);
    this.shown.forget();
    this.dispatchEvent(new Event("types"));
  }

  /** @returns {(() => void)|null} reopens the closed document; null if there was none */
  close() {
    if (!this.document) return null;
    const back = this.#way();
    this.focus.clear();
    this.reading = false;
    this.document = null;
    this.dispatchEvent(new Event("close"));
    return back;
  }

  /**
   * Opens a text that is about to be read. Corrections of the previous document are kept for sentences that occur
   * again.
   * @param {string} text @param {import("../engine.js").Info} info @param {string} name
   */
  begin(text, info, name) {
    const custom = this.schema?.keep() ?? { entities: [], relations: [], symmetric: [] };
    const { model, format } = info;
    const sameModel = this.model?.name === model;
    this.#carried = this.document ? carry(this.document, sameModel) : null;
    const document = new Document(text);
    // Types that the reader added stay if the model is still the same.
    const types = this.document && sameModel ? { entities: union(info.entities, custom.entities), relations: union(info.relations, custom.relations), symmetric: info.symmetric } : info;
    this.#intake = new Intake(document);
    this.open({ document, types, name, model: { name: model, format }, read: 0, reading: true });
  }

  /** @param {{sentences: object[], read: number}} batch */
  add({ sentences, read }) {
    this.read = read;
    this.#intake.take(sentences, this.#carried?.amend);
  }

  /** Ends the reading, complete or not. */
  finish() {
    this.reading = false;
    this.#intake = null;
    this.dispatchEvent(new Event("rest"));
    this.dispatchEvent(new CustomEvent("settled", { detail: { lost: this.#carried?.left ?? 0 } }));
    this.#carried = null;
  }

  /** @param {"entity"|"relation"} kind @param {string} name */
  addType(kind, name) {
    this.schema.look(kind, name);
    this.dispatchEvent(new Event("types"));
  }

  #follow(document) {
    if (this.#followed.has(document)) return;
    this.#followed.add(document);
    const tell = (event) => document === this.document && this.dispatchEvent(event);
    document.addEventListener("splice", ({ detail }) => tell(new CustomEvent("splice", { detail })));
    document.addEventListener("rest", () => tell(new Event("rest")));
  }
}

const union = (a, b) => [...new Set([...a, ...b])];
