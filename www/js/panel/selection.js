import { make } from "../dom.js";
import { relationsOf, same } from "../document/focus.js";
import { score } from "../format.js";
import { told } from "../input_error.js";
import { suggestions } from "./suggestions.js";
import { entityTools, pendingTools, relationTools } from "./tools.js";
import { whyEntity, whyRelation } from "./why.js";

/** The panel that describes the entity or relation that the reader selected or points at. */
export class Selection {
  #root;
  #focus;
  #editor;
  #evidence;
  #onPick;
  #onHeat;
  #document = null;
  #schema = null;
  #shown = null;
  #turn = 0;
  #described = null;

  /**
   * @param {HTMLElement} root
   * @param {import("../document/focus.js").Focus} focus
   * @param {import("../correct/editor.js").Editor} editor
   * @param {import("./evidence.js").Evidence} evidence
   * @param {{onPick: (target: import("../document/focus.js").Target) => void, onHeat: (place: number, heat: object[]) => void}} hooks
   */
  constructor(root, focus, editor, evidence, { onPick, onHeat }) {
    this.#root = root;
    this.#focus = focus;
    this.#editor = editor;
    this.#evidence = evidence;
    this.#onPick = onPick;
    this.#onHeat = onHeat;
    // A re-render would replace the button under a finger, so it happens only if the subject changed.
    focus.addEventListener("change", () => this.#describes(focus.subject) || this.show());
    editor.addEventListener("mode", () => this.show());
  }

  open(document, schema, shown) {
    this.#document = document;
    this.#schema = schema;
    this.#shown = shown;
    this.show();
  }

  show() {
    if (!this.#document) return;
    this.#turn++;
    this.#described = { subject: this.#focus.subject, kept: this.#focus.kept !== null };
    const held = this.#root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    this.#root.replaceChildren(...this.#content());
    this.#root.closest(".selection").classList.toggle("filled", this.#focus.kept !== null || this.#editor.pending !== null);
    if (held !== undefined) (this.#root.querySelector(`[data-key="${held}"]`) ?? this.#root.querySelector("button"))?.focus();
  }

  /** Whether the panel already describes the subject. */
  #describes(subject) {
    if (this.#editor.pending) return true;
    return this.#described !== null && same(subject, this.#described.subject) && this.#described.kept === (this.#focus.kept !== null);
  }

  #content() {
    const target = this.#focus.subject;
    if (this.#editor.pending) return pendingTools(this.#editor, this.#document, this.#schema);
    const place = target ? this.#document.place(target.id) : -1;
    if (place < 0) {
      this.#onHeat(-1, []);
      return [hint("Point at an entity or a connector to see its details; press it to keep them here.")];
    }
    const sentence = this.#document.sentences[place];
    const relations = relationsOf(target, this.#shown.of(sentence));
    const tools = !this.#editor.on || target !== this.#focus.kept ? [] : target.kind === "entity" ? entityTools(this.#editor, target, sentence, this.#schema) : relationTools(this.#editor, target, sentence, this.#schema);
    const own = target.kind === "entity" ? target.id : null;
    const list = make("ul", { className: "statements" }, ...relations.map((relation) => this.#statement(relation, sentence, own)));
    const about = target.kind === "entity" ? [this.#entity(sentence, target.id), relations.length > 0 ? list : hint("It is in no visible relation.")] : [list];
    return [...about, ...tools, this.#why(target, place)];
  }

  #entity({ text, entities }, id) {
    const entity = entities.find((one) => one.id === id);
    const look = this.#schema.entity(entity.type);
    const chip = make("span", { className: `chip-type entity ${look.underline}`, dataset: { hue: look.hue } }, look.words);
    return make("div", {}, make("p", { className: "selected-text" }, surface(text, entity)), make("p", {}, chip, " ", origin(entity)));
  }

  #statement(relation, { text, entities }, own) {
    const [head, tail] = [relation.head, relation.tail].map((id) => {
      const words = surface(text, entities.find((one) => one.id === id));
      return id === own ? make("strong", {}, words) : words;
    });
    const sign = this.#schema.symmetric.has(relation.type) ? "↔" : "→";
    const verb = make("span", { className: "verb" }, `${this.#schema.relation(relation.type).words} ${sign}`);
    if (own === null) return make("li", {}, head, " ", verb, " ", tail, " ", origin(relation));
    const pick = make("button", { type: "button", className: "statement", dataset: { key: `pick-${relation.id}` } }, head, " ", verb, " ", tail);
    pick.addEventListener("click", () => this.#onPick({ kind: "relation", id: relation.id }));
    return make("li", {}, pick, " ", origin(relation));
  }

  /** The section with the evidence for a selected target, filled when the engine has answered. */
  #why(target, place) {
    const root = make("section", { className: "why", ariaLabel: "Why" });
    if (target !== this.#focus.kept || !this.#evidence.ready) {
      this.#onHeat(-1, []);
      return root;
    }
    const turn = this.#turn;
    const sentence = this.#document.sentences[place];
    root.append(hint("Asking the model why …"));
    this.#evidence.of(sentence.text).then(
      (raw) => turn === this.#turn && this.#answer(root, raw, target, place, sentence),
      (error) => turn === this.#turn && root.replaceChildren(hint(`The model could not explain this: ${told(error)}`)),
    );
    return root;
  }

  #answer(root, raw, target, place, sentence) {
    if (target.kind === "entity") {
      this.#onHeat(-1, []);
      const add = this.#editor.on ? (relation) => this.#editor.connect(relation) : null;
      return root.replaceChildren(...whyEntity(raw, this.#document.entity(target.id), this.#schema), ...suggestions(raw, sentence, target.id, this.#schema, add));
    }
    const relation = this.#document.relation(target.id);
    const pair = { head: this.#document.entity(relation.head), tail: this.#document.entity(relation.tail) };
    const { nodes, heat } = whyRelation(raw, pair, sentence.text, this.#schema);
    root.replaceChildren(...nodes);
    this.#onHeat(place, heat);
  }
}

const surface = (text, { start, end }) => make("bdi", {}, text.slice(start, end).replace(/\s+/g, " "));

/** The origin of an annotation: the reader, or the model with a score. */
const origin = ({ score: value, source }) => make("span", { className: "hint" }, source === "human" ? "set by you" : `score ${score(value)}`);

const hint = (text) => make("p", { className: "hint" }, text);
