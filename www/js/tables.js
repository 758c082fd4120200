import { byId, make } from "./dom.js";
import { count, score } from "./format.js";
import { Table } from "./table.js";

/** The tables of entities and of relations. */
export class Tables {
  #schema = null;

  /** @param {(target: import("./focus.js").Target) => void} onPick */
  constructor(onPick) {
    this.entities = new Table(byId("entity-table"), {
      caption: "Entities",
      empty: "No entity to show.",
      onPick: (item) => onPick({ kind: "entity", item }),
      columns: [
        { title: "Text", value: ({ text }) => text, cell: ({ text }) => isolated(text) },
        { title: "Type", value: ({ type }) => type, cell: ({ type }) => this.#type(type) },
        { title: "Links", className: "number minor", value: ({ relations }) => relations.length, cell: ({ relations }) => count(relations.length) },
        scoreColumn,
        sentenceColumn,
      ],
    });
    this.relations = new Table(byId("relation-table"), {
      caption: "Relations",
      empty: "No relation to show.",
      onPick: (item) => onPick({ kind: "relation", item }),
      columns: [
        { title: "From", value: ({ head }) => head.text, cell: ({ head }) => isolated(head.text) },
        { title: "Relation", className: "relation-cell", value: ({ type }) => type, cell: (relation) => this.#relation(relation) },
        { title: "To", value: ({ tail }) => tail.text, cell: ({ tail }) => isolated(tail.text) },
        { ...scoreColumn, className: "number minor" },
        sentenceColumn,
      ],
    });
  }

  /** @param {import("./schema.js").Schema} schema */
  open(schema) {
    this.#schema = schema;
    this.entities.reset();
    this.relations.reset();
  }

  /** @param {import("./findings.js").Findings} findings @param {import("./filter.js").Filter} filter */
  show(findings, filter) {
    this.entities.show(findings.entities.filter((entity) => filter.entity(entity)));
    this.relations.show(findings.relations.filter((relation) => filter.relation(relation)));
  }

  /** @param {import("./focus.js").Target|null} target */
  pick(target) {
    this.entities.pick(target?.kind === "entity" ? target.item : null);
    this.relations.pick(target?.kind === "relation" ? target.item : null);
  }

  #type(type) {
    const look = this.#schema.entity(type);
    return make("span", { className: `chip-type entity ${look.underline}`, dataset: { hue: look.hue } }, look.words);
  }

  #relation({ type }) {
    const sign = this.#schema.symmetric.has(type) ? "↔" : "→";
    const arrow = make("span", { className: "arrow", ariaHidden: "true" }, sign);
    return make("span", {}, this.#schema.relation(type).words, " ", arrow);
  }
}

const scoreColumn = { title: "Score", className: "number", value: (item) => item.score, cell: (item) => score(item.score) };

const sentenceColumn = { title: "Sentence", className: "number minor", value: (item) => item.sentence, cell: (item) => count(item.sentence + 1) };

/** Text of either direction, kept apart from its surroundings; a line break counts as a space. */
const isolated = (text) => make("bdi", {}, text.replace(/\s+/g, " "));
