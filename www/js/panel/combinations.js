import { make } from "../dom.js";
import { count } from "../format.js";

/** The dialog in which the reader chooses which entity types a relation may join. */
export class Combinations {
  #choice;
  #dialog;
  #schema = null;
  #found = new Map();
  #relation = "";

  /** @param {import("../document/choice.js").Choice} choice */
  constructor(choice) {
    this.#choice = choice;
    this.#dialog = make("dialog", { className: "combinations", attributes: { "aria-labelledby": "combinations-title" } });
    document.body.append(this.#dialog);
  }

  /**
   * @param {import("../document/schema.js").Schema} schema
   * @param {Map<string, number>} found the count of each combination, keyed by the JSON of [head, relation, tail]
   */
  show(schema, found) {
    this.#schema = schema;
    this.#found = found;
    const relations = [...schema.relations.keys()];
    if (!relations.includes(this.#relation)) this.#relation = relations[0] ?? "";
    const options = relations.map((name) => make("option", { value: name, selected: name === this.#relation }, schema.relation(name).words));
    const select = make("select", { id: "combinations-relation", onchange: () => this.#turn(select.value) }, ...options);
    const close = make("button", { type: "button", className: "primary", onclick: () => this.#dialog.close() }, "Done");
    this.#dialog.replaceChildren(
      make("h2", { id: "combinations-title" }, "Allowed combinations"),
      make("p", { className: "hint" }, "A relation is shown only between the types that you tick here. The numbers count the relations found. Relations that you added are always shown."),
      make("p", { className: "field" }, make("label", { htmlFor: select.id }, "Relation"), " ", select),
      make("div", { className: "table-scroll", tabIndex: 0, attributes: { role: "group", "aria-label": "Combinations of types" } }, make("table", { className: "matrix" })),
      make(
        "div",
        { className: "dialog-foot" },
        make("button", { type: "button", className: "quiet", onclick: () => this.#setAll(() => true) }, "All"),
        make("button", { type: "button", className: "quiet", onclick: () => this.#setAll(() => false) }, "None"),
        make("button", { type: "button", className: "quiet", onclick: () => this.#setAll((key) => this.#found.has(key)) }, "Only those found"),
        make("span", { className: "spacer" }),
        close,
      ),
    );
    this.#turn(this.#relation);
    this.#dialog.showModal();
  }

  #turn(relation) {
    this.#relation = relation;
    const types = [...this.#schema.entities.values()];
    const symmetric = this.#schema.symmetric.has(relation);
    const head = make("tr", {}, make("th", { scope: "col" }, symmetric ? "Between ↓ and →" : "From ↓ to →"), ...types.map(({ words }) => make("th", { scope: "col" }, words)));
    const rows = types.map((from) => make("tr", {}, make("th", { scope: "row" }, from.words), ...types.map((to) => this.#cell(from, relation, to))));
    this.#dialog.querySelector("table").replaceChildren(make("caption", { className: "visually-hidden" }, "Combinations of types"), make("thead", {}, head), make("tbody", {}, ...rows));
  }

  #cell(from, relation, to) {
    const found = this.#found.get(JSON.stringify([from.name, relation, to.name])) ?? 0;
    const box = make("input", { type: "checkbox", checked: this.#choice.allows(from.name, relation, to.name), ariaLabel: `${from.words}, ${to.words}, found ${count(found)} times` });
    box.addEventListener("change", () => this.#choice.allow(this.#both(from.name, relation, to.name), box.checked));
    if (this.#schema.symmetric.has(relation)) box.addEventListener("change", () => this.#turn(relation));
    return make("td", {}, make("label", {}, box, make("span", { className: "hint" }, found > 0 ? count(found) : "")));
  }

  #setAll(allowed) {
    const types = [...this.#schema.entities.keys()];
    /** @type {[string, string, string][]} */ const all = types.flatMap((from) => types.map((to) => /** @type {[string, string, string]} */ ([from, this.#relation, to])));
    const wanted = (/** @type {[string, string, string]} */ one) => this.#both(...one).some((either) => allowed(JSON.stringify(either)));
    this.#choice.allow(all.filter((one) => !wanted(one)), false);
    this.#choice.allow(all.filter(wanted), true);
    this.#turn(this.#relation);
  }

  /**
   * Both directions of a symmetric relation, which are allowed or forbidden together.
   * @param {string} from @param {string} relation @param {string} to
   * @returns {[string, string, string][]}
   */
  #both(from, relation, to) {
    return this.#schema.symmetric.has(relation) ? [[from, relation, to], [to, relation, from]] : [[from, relation, to]];
  }
}
