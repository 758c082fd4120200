import { make } from "../dom.js";
import { count } from "../format.js";
import { SentenceText } from "../reading/sentence.js";
import { spelled } from "./words.js";

const KINDS = { missed: "Missed", spurious: "Not in gold", type: "Wrong type", border: "Wrong borders", direction: "Wrong direction", arguments: "Wrong type of an argument" };
const PAGE = 200;

/**
 * The list of the errors of an evaluation, which the reader steps through.
 * @typedef {{sentence: number, what: "entity"|"relation", kind: keyof typeof KINDS, gold: number|null, predicted: number|null}} Fault
 */
export class Errors {
  #schema;
  #gold;
  #predicted;
  #faults;
  #shown = [];
  #at = -1;
  #list = make("ol", { className: "faults", aria: { label: "Errors" } });
  #view = make("div", { className: "fault-view", attributes: { "aria-live": "polite" } });
  #onOpen;

  /**
   * @param {import("./words.js").GoldSentence[]} gold
   * @param {{predictions: import("./words.js").Prediction[], errors: {sentence: number, errors: object[]}[]}} evaluation
   * @param {import("../document/schema.js").Schema} schema
   * @param {((sentence: number) => void)|null} onOpen shows a sentence in its text; null if the sentences are not in the text on show
   */
  constructor(gold, { predictions, errors }, schema, onOpen) {
    this.#gold = gold;
    this.#predicted = predictions;
    this.#schema = schema;
    this.#onOpen = onOpen;
    this.#faults = errors.flatMap(({ sentence, errors: some }) => some.map((one) => ({ sentence, ...one })));
    this.element = this.#build();
    this.#filter("");
  }

  #build() {
    if (this.#faults.length === 0) return make("p", { className: "hint" }, "There is no error.");
    const tally = (kind) => this.#faults.filter((fault) => kind === "" || keyOf(fault) === kind).length;
    const keys = [...new Set(this.#faults.map(keyOf))].sort();
    const options = ["", ...keys].map((key) => make("option", { value: key }, `${key === "" ? "All errors" : titleOf(key)} (${count(tally(key))})`));
    const select = make("select", { id: "fault-kind", onchange: () => this.#filter(select.value) }, ...options);
    const step = (title, by) => make("button", { type: "button", className: "quiet", onclick: () => this.#go(this.#at + by) }, title);
    const head = make("div", { className: "tool-row" }, make("label", { htmlFor: "fault-kind" }, "Errors"), select, step("◂ Previous", -1), step("Next ▸", 1));
    return make("div", { className: "fault-area" }, head, make("div", { className: "fault-columns" }, this.#list, this.#view));
  }

  #filter(kind) {
    this.#shown = this.#faults.filter((fault) => kind === "" || keyOf(fault) === kind);
    const items = this.#shown.slice(0, PAGE).map((fault, index) =>
      make("li", {}, make("button", { type: "button", className: "fault", onclick: () => this.#go(index) }, ...this.#describe(fault))),
    );
    const more = this.#shown.length - items.length;
    this.#list.replaceChildren(...items, ...(more > 0 ? [make("li", { className: "hint" }, `${count(more)} more: choose a kind, or go on with Next.`)] : []));
    this.#go(0);
  }

  #go(index) {
    if (index < 0 || index >= this.#shown.length) return;
    this.#at = index;
    [...this.#list.querySelectorAll(".fault")].forEach((item, i) => item.setAttribute("aria-pressed", String(i === index)));
    const fault = this.#shown[index];
    const { words, ...gold } = this.#gold[fault.sentence];
    const open = this.#onOpen && make("button", { type: "button", className: "link", onclick: () => this.#onOpen(fault.sentence) }, "Show it in the text");
    const name = this.#gold[fault.sentence].document;
    this.#view.replaceChildren(
      make("p", {}, ...this.#describe(fault)),
      this.#side("Gold", words, gold, fault.what, fault.gold),
      this.#side("Found", words, this.#predicted[fault.sentence], fault.what, fault.predicted),
      make("p", { className: "hint" }, `${count(index + 1)} of ${count(this.#shown.length)} · ${name}, sentence ${count(this.#gold[fault.sentence].index + 1)} `, open),
    );
  }

  #side(title, words, said, what, index) {
    const { text, findings } = spelled(words, said);
    const view = new SentenceText(this.#schema);
    view.render(text, findings, []);
    for (const piece of view.stops) piece.removeAttribute("tabindex");
    const relation = what === "relation" && index !== null ? said.relations[index] : null;
    const own = relation ? [relation.head, relation.tail] : index === null ? [] : [index];
    view.mark({ active: new Set(own), linked: new Set(), kept: null });
    const links = said.relations.map(({ head, tail, label }, i) => {
      const end = (at) => make("bdi", {}, text.slice(findings.entities[at].start, findings.entities[at].end));
      const line = make("li", {}, end(head), " ", make("span", { className: "verb" }, this.#arrow(label)), " ", end(tail));
      line.classList.toggle("picked", what === "relation" && i === index);
      return line;
    });
    return make("div", { className: "side-by-side reading" }, make("h4", {}, title), make("p", { className: "sentence-plain" }, view.element), make("ul", { className: "statements" }, ...links));
  }

  #describe({ sentence, what, kind, gold, predicted }) {
    const { words, ...annotated } = this.#gold[sentence];
    const name = (said, index) => (index === null ? null : what === "entity" ? this.#mention(words, said.entities[index]) : this.#link(words, said, said.relations[index]));
    const [right, wrong] = [name(annotated, gold), name(this.#predicted[sentence], predicted)];
    const tag = make("span", { className: "fault-kind" }, titleOf(keyOf({ what, kind })));
    return right && wrong ? [tag, " ", ...wrong, " instead of ", ...right] : [tag, " ", ...(right ?? wrong ?? [])];
  }

  #mention(words, { start, end, label }) {
    return [make("bdi", {}, `“${words.slice(start, end).join(" ")}”`), ` (${this.#schema.entity(label).words})`];
  }

  #link(words, { entities }, { head, tail, label }) {
    const end = (at) => make("bdi", {}, `“${words.slice(entities[at].start, entities[at].end).join(" ")}”`);
    return [end(head), ` ${this.#arrow(label)} `, end(tail)];
  }

  #arrow(label) {
    return `${this.#schema.relation(label).words} ${this.#schema.symmetric.has(label) ? "↔" : "→"}`;
  }
}

const keyOf = ({ what, kind }) => `${what} ${kind}`;

function titleOf(key) {
  const [what, kind] = key.split(" ");
  return `${KINDS[kind] ?? kind}: ${what}`;
}
