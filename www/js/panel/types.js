import { make } from "../dom.js";
import { count, score } from "../format.js";

const TITLES = { entity: "Entities", relation: "Relations" };

/** The list of types with their counts. A button hides or shows a type; a slider sets its threshold. */
export class Types {
  #root;
  #choice;
  #rows = new Map();
  #group = new Map();

  /** @param {HTMLElement} root @param {import("../document/choice.js").Choice} choice */
  constructor(root, choice) {
    this.#root = root;
    this.#choice = choice;
    choice.addEventListener("change", () => this.#follow());
  }

  /** @param {import("../document/schema.js").Schema} schema */
  open(schema) {
    this.#rows.clear();
    this.#root.replaceChildren(this.#build("entity", schema.entities), this.#build("relation", schema.relations));
    this.#follow();
  }

  /**
   * Shows the number of annotations of each type, in all and visible.
   * @param {Record<"entity"|"relation", Map<string, {all: number, shown: number}>>} counts
   */
  showCounts(counts) {
    for (const { kind, type, total, button } of this.#rows.values()) {
      const { all, shown } = counts[kind].get(type) ?? { all: 0, shown: 0 };
      total.textContent = shown === all ? count(all) : `${count(shown)} of ${count(all)}`;
      button.classList.toggle("none", all === 0);
    }
  }

  #build(kind, looks) {
    const all = this.#slider(`Least score of ${TITLES[kind].toLowerCase()}`, "All", (value) => this.#choice.demand(kind, looks.keys(), value));
    const list = make("ul", { className: "type-list", id: `types-${kind}`, aria: { label: `${TITLES[kind]} by type` } });
    for (const look of looks.values()) list.append(this.#row(kind, look));
    const more = make("button", { type: "button", className: "link", aria: { expanded: "false", controls: list.id } }, "Score by type");
    more.addEventListener("click", () => more.setAttribute("aria-expanded", String(list.classList.toggle("tuning"))));
    this.#group.set(kind, { ...all, types: [...looks.keys()] });
    const head = make("div", { className: "type-head" }, make("h4", {}, TITLES[kind]), more);
    return make("div", { className: "type-group", dataset: { kind } }, head, all.element, list);
  }

  #row(kind, look) {
    const swatch =
      kind === "entity"
        ? make("span", { className: `swatch entity ${look.underline}`, dataset: { hue: look.hue } })
        : make("span", { className: "swatch line" });
    const total = make("span", { className: "type-count" });
    const code = look.tag === look.words ? null : make("span", { className: "code" }, look.tag);
    const name = make("span", { className: "type-name" }, look.words);
    const button = make("button", { type: "button", className: "type", dataset: { type: look.name } }, swatch, name, code, total);
    button.addEventListener("click", () => this.#choice.toggle(kind, look.name));
    const slider = this.#slider(`Least score of ${look.words}`, null, (value) => this.#choice.demand(kind, [look.name], value));
    this.#rows.set(`${kind} ${look.name}`, { kind, type: look.name, button, total, slider });
    return make("li", {}, button, slider.element);
  }

  #slider(label, title, onInput) {
    const input = make("input", { type: "range", min: "0", max: "1", step: "0.01", value: "0", ariaLabel: label });
    const output = make("output", {}, score(0));
    input.addEventListener("input", () => onInput(Number(input.value)));
    const element = make("label", { className: "slider" }, title && make("span", { ariaHidden: "true" }, `${title} ≥`), input, output);
    return { element, input, output };
  }

  #follow() {
    for (const { kind, type, button, slider } of this.#rows.values()) {
      button.setAttribute("aria-pressed", String(!this.#choice.hides(kind, type)));
      put(slider, this.#choice.least(kind, type));
    }
    for (const [kind, { types, ...slider }] of this.#group) {
      const scores = types.map((type) => this.#choice.least(kind, type));
      const low = scores.reduce((least, one) => Math.min(least, one), 1);
      const high = scores.reduce((most, one) => Math.max(most, one), 0);
      put(slider, types.length > 0 ? low : 0, low < high);
    }
  }
}

function put({ input, output }, value, mixed = false) {
  input.value = String(value);
  output.textContent = mixed ? "mixed" : score(value);
  input.setAttribute("aria-valuetext", mixed ? "differs by type" : score(value));
}
