import { byId, make } from "../dom.js";
import { same } from "../document/focus.js";
import { count, score } from "../format.js";
import { Table } from "./table.js";

/**
 * The items of the tables.
 * @typedef {{id: number, text: string, type: string, score: number|null, source: string, place: number, links: number}} EntityItem
 * @typedef {{id: number, head: string, tail: string, type: string, score: number|null, source: string, place: number}} RelationItem
 */

/** The tables of entities and relations, with a search box. */
export class Tables {
  #document = null;
  #schema = null;
  #shown = null;
  #search = /** @type {HTMLInputElement} */ (byId("table-search"));

  /** @param {(target: import("../document/focus.js").Target) => void} onPick */
  constructor(onPick) {
    /** @type {Table<EntityItem>} */ this.entities = new Table(byId("entity-table"), {
      caption: "Entities",
      empty: "No entity to show.",
      onPick: ({ id }) => onPick({ kind: "entity", id }),
      columns: [
        { title: "Text", value: ({ text }) => text, cell: ({ text }) => isolated(text) },
        { title: "Type", value: ({ type }) => type, cell: ({ type }) => this.#type(type) },
        { title: "Links", className: "number minor", value: ({ links }) => links, cell: ({ links }) => count(links) },
        scoreColumn,
        sentenceColumn,
      ],
    });
    /** @type {Table<RelationItem>} */ this.relations = new Table(byId("relation-table"), {
      caption: "Relations",
      empty: "No relation to show.",
      onPick: ({ id }) => onPick({ kind: "relation", id }),
      columns: [
        { title: "From", value: ({ head }) => head, cell: ({ head }) => isolated(head) },
        { title: "Relation", className: "relation-cell", value: ({ type }) => type, cell: (relation) => this.#relation(relation) },
        { title: "To", value: ({ tail }) => tail, cell: ({ tail }) => isolated(tail) },
        { ...scoreColumn, className: "number minor" },
        sentenceColumn,
      ],
    });
    this.#search.addEventListener("input", () => this.show());
    window.addEventListener("beforeprint", () => {
      this.relations.unfold();
      this.show();
    });
  }

  /**
   * @param {import("../document/document.js").Document} document
   * @param {import("../document/schema.js").Schema} schema
   * @param {import("../document/shown.js").Shown} shown
   */
  open(document, schema, shown) {
    this.#document = document;
    this.#schema = schema;
    this.#shown = shown;
    this.#search.value = "";
    this.entities.reset();
    this.relations.reset();
  }

  show() {
    if (!this.#document) return;
    const [entities, relations] = itemsOf(this.#document, this.#shown);
    const wanted = this.#search.value.trim().toLowerCase();
    const has = (...texts) => texts.some((text) => text.toLowerCase().includes(wanted));
    const words = (kind, type) => this.#schema.look(kind, type).words;
    this.entities.show(entities.filter(({ text, type }) => has(text, words("entity", type))));
    this.relations.show(relations.filter(({ head, tail, type }) => has(head, tail, words("relation", type))));
  }

  /** @param {import("../document/focus.js").Target|null} target */
  pick(target) {
    this.entities.pick(({ id }) => same(target, { kind: "entity", id }));
    this.relations.pick(({ id }) => same(target, { kind: "relation", id }));
  }

  #type(type) {
    const look = this.#schema.entity(type);
    return make("span", { className: `chip-type entity ${look.underline}`, dataset: { hue: look.hue } }, look.words);
  }

  #relation({ type }) {
    const sign = this.#schema.symmetric.has(type) ? "↔" : "→";
    return make("span", {}, this.#schema.relation(type).words, " ", make("span", { className: "arrow", ariaHidden: "true" }, sign));
  }
}

function itemsOf(document, shown) {
  const [all, links] = [[], []];
  document.sentences.forEach((sentence, place) => {
    const { entities, relations } = shown.of(sentence);
    const items = new Map();
    for (const { id, start, end, type, score, source } of entities) {
      items.set(id, { id, text: sentence.text.slice(start, end), type, score, source, place, links: 0 });
    }
    for (const { id, head, tail, type, score, source } of relations) {
      const [from, to] = [items.get(head), items.get(tail)];
      from.links++;
      if (to !== from) to.links++;
      links.push({ id, head: from.text, tail: to.text, type, score, source, place });
    }
    for (const item of items.values()) all.push(item);
  });
  return [all, links];
}

// Annotations by a person sort above every score.
/** @type {import("./table.js").Column<any>} */
const scoreColumn = {
  title: "Score",
  className: "number",
  value: ({ score, source }) => (source === "human" ? 2 : score),
  cell: ({ score: value, source }) => (source === "human" ? "by you" : score(value)),
};

/** @type {import("./table.js").Column<any>} */
const sentenceColumn = { title: "Sentence", className: "number minor", value: ({ place }) => place, cell: ({ place }) => count(place + 1) };

/** Isolates the direction of a text from its surroundings, and shows line breaks as spaces. */
const isolated = (text) => make("bdi", {}, text.replace(/\s+/g, " "));
