import { byId } from "./dom.js";
import { download, toJson } from "./export.js";
import { Filter } from "./filter.js";
import { Findings } from "./findings.js";
import { Focus } from "./focus.js";
import { plural } from "./format.js";
import { showLegend } from "./legend.js";
import { listen, offerFirst } from "./pointing.js";
import { Reading } from "./reading.js";
import { Schema } from "./schema.js";
import { showSelection } from "./selection.js";
import { Tables } from "./tables.js";

const TABLES_EVERY = 250;

/** What was found in one text, in all its views. */
export class Result {
  #focus = new Focus();
  #filter = new Filter();
  #reading = new Reading(byId("reading"), this.#focus);
  #tables = new Tables((target) => this.#pick(target));
  #info = null;
  #schema = null;
  #due = 0;
  /** @type {Findings|null} */ findings = null;

  /** @param {(message: string) => void} announce */
  constructor(announce) {
    listen(byId("reading"), this.#reading, this.#focus, () => this.findings);
    this.#focus.addEventListener("change", () => this.#refocus());
    this.#filter.addEventListener("change", () => this.#refilter());
    byId("arc-mode").addEventListener("change", (event) => this.#reading.setMode(event.target.value));
    byId("let-go").addEventListener("click", () => this.#focus.clear());
    byId("copy").addEventListener("click", () => this.#copy(announce));
    byId("download").addEventListener("click", () => download(this.#json()));
  }

  /** @param {string} text @param {import("./engine.js").Info} info */
  open(text, info) {
    if (info !== this.#info) this.#schema = new Schema(info);
    this.#info = info;
    this.findings = new Findings(text);
    this.#focus.clear();
    this.#reading.open(this.findings, this.#schema, this.#filter);
    this.#tables.open(this.#schema);
    byId("result").hidden = false;
    this.#summarise();
  }

  /** @param {{sentences: object[], read: number}} batch */
  add({ sentences, read }) {
    this.findings.read = read;
    this.#reading.add(this.findings.add(sentences));
    offerFirst(byId("reading"));
    // Rebuilding the tables for every batch would make a long text quadratic.
    this.#due ||= setTimeout(() => this.#summarise(), TABLES_EVERY);
  }

  /** @param {boolean} complete */
  close(complete) {
    byId("result").classList.toggle("partial", !complete);
    this.#summarise();
  }

  /** @returns {string} what was found, in a sentence */
  get summary() {
    const { entities, relations, sentences } = this.findings;
    return `${plural(entities.length, "entity", "entities")} and ${plural(relations.length, "relation")} in ${plural(sentences.length, "sentence")}`;
  }

  #summarise() {
    clearTimeout(this.#due);
    this.#due = 0;
    byId("summary").textContent = this.summary;
    showLegend(byId("legend"), this.#schema, this.findings, this.#filter);
    this.#tables.show(this.findings, this.#filter);
    this.#refocus();
  }

  #refilter() {
    this.#focus.clear();
    this.#reading.arrange();
    offerFirst(byId("reading"));
    this.#summarise();
  }

  #refocus() {
    if (!this.#schema) return;
    byId("selection-card").classList.toggle("filled", this.#focus.active !== null);
    showSelection(byId("selection"), this.#focus.active, this.#schema);
    this.#tables.pick(this.#focus.kept);
  }

  #pick(target) {
    this.#focus.keep(target);
    if (this.#focus.kept) this.#reading.reveal(target);
  }

  #json() {
    return toJson(this.findings, this.#filter, this.#info);
  }

  async #copy(announce) {
    const button = byId("copy");
    const done = await navigator.clipboard.writeText(this.#json()).then(() => true, () => false);
    const message = done ? "Copied" : "Copying was refused";
    announce(message);
    button.textContent = message;
    setTimeout(() => (button.textContent = "Copy JSON"), 2000);
  }
}
