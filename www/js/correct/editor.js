import { freshId } from "../document/document.js";
import { addEntity, addRelation, changeEntity, changeRelation, check, removeEntity, removeRelation } from "../document/edit.js";
import { join } from "../document/join.js";
import { snap } from "../document/words.js";
import { moveBorder, wordsIn } from "./borders.js";

/** @typedef {import("../document/focus.js").Target} Target */

/**
 * Applies the reader's corrections to the document, which tells the views. Events: "mode" (correcting was switched on
 * or off, or `pending` changed), "moved" (detail: the place of the sentence that an undo or redo changed).
 */
export class Editor extends EventTarget {
  #focus;
  #announce;
  #document = null;
  on = false;
  /** @type {{head: number, tail: number|null}|null} a relation that has no type or no tail yet */ pending = null;

  /** @param {import("../document/focus.js").Focus} focus @param {(message: string) => void} announce */
  constructor(focus, announce) {
    super();
    this.#focus = focus;
    this.#announce = announce;
  }

  /** @param {import("../document/document.js").Document} document */
  open(document) {
    this.#document = document;
    this.#setPending(null);
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    this.#setPending(null);
    this.#announce(on ? "Correcting is on" : "Correcting is off");
  }

  /** @param {number} place of the sentence @param {number} start @param {number} end @param {string} type */
  add(place, start, end, type) {
    const sentence = this.#document.sentences[place];
    const span = snap(wordsIn(sentence), start, end);
    if (!span) return;
    const id = freshId();
    if (this.#put(place, addEntity(sentence, { id, ...span, type }))) this.#keep({ kind: "entity", id }, "Added");
    else this.#announce("This entity is already there");
  }

  /** @param {Target} target @param {string} type */
  retype(target, type) {
    const change = target.kind === "entity" ? changeEntity : changeRelation;
    if (this.#change(target, (sentence) => change(sentence, target.id, { type }))) this.#announce("Type changed");
  }

  /** @param {Target} target */
  remove(target) {
    const take = target.kind === "entity" ? removeEntity : removeRelation;
    if (this.#change(target, (sentence) => take(sentence, target.id))) this.#announce("Removed");
  }

  /** Moves a border of an entity by a word. @param {number} id @param {"start"|"end"} edge @param {-1|1} step */
  move(id, edge, step) {
    const target = { kind: /** @type {const} */ ("entity"), id };
    const moved = (sentence) => {
      const entity = sentence.entities.find((one) => one.id === id);
      return changeEntity(sentence, id, moveBorder(entity, edge, step, wordsIn(sentence)));
    };
    if (this.#change(target, moved)) this.#announce(this.#document.surface(id));
  }

  /** @param {number} id of a relation */
  swap(id) {
    const { head, tail } = this.#document.relation(id);
    this.#change({ kind: "relation", id }, (sentence) => changeRelation(sentence, id, { head: tail, tail: head }));
  }

  /** Begins a relation at an entity. @param {number} head */
  relate(head) {
    this.#setPending({ head, tail: null });
    this.#announce("Choose the entity that it relates to");
  }

  /** @param {number} tail */
  aim(tail) {
    if (tail === this.pending.head) return this.cancel();
    this.#setPending({ ...this.pending, tail });
    this.#announce("Choose the kind of relation");
  }

  /** Adds the pending relation with a type. @param {string} type */
  settle(type) {
    const { head, tail } = this.pending;
    this.#setPending(null);
    this.connect({ head, tail, type });
  }

  /** @param {{head: number, tail: number, type: string}} relation */
  connect({ head, tail, type }) {
    const id = freshId();
    const done = this.#change({ kind: "entity", id: head }, (sentence) => addRelation(sentence, { id, head, tail, type }));
    if (done) this.#keep({ kind: "relation", id }, "Related");
    else this.#announce("This relation is already there");
  }

  turnPending() {
    this.#setPending({ head: this.pending.tail, tail: this.pending.head });
  }

  cancel() {
    if (this.pending) this.#setPending(null);
  }

  /** Joins the sentences between two places, both inclusive, into one. @param {number} from @param {number} to */
  join(from, to) {
    this.#document.replace(from, to - from + 1, [join(this.#document.sentences.slice(from, to + 1))]);
    this.dispatchEvent(new Event("mode"));
  }

  /** @param {number} place */
  toggleChecked(place) {
    const sentence = this.#document.sentences[place];
    this.#put(place, check(sentence, !sentence.checked));
    this.#announce(sentence.checked ? "Not checked" : "Checked");
  }

  undo() {
    this.#show(this.#document.undo(), "Undone", "There is nothing to undo");
  }

  redo() {
    this.#show(this.#document.redo(), "Redone", "There is nothing to redo");
  }

  #show(splice, done, nothing) {
    this.#announce(splice ? done : nothing);
    if (!splice) return;
    this.#focus.prune(({ id }) => this.#document.place(id) >= 0);
    this.dispatchEvent(new CustomEvent("moved", { detail: splice.at }));
  }

  #change(target, edit) {
    const place = this.#document.place(target.id);
    return place >= 0 && this.#put(place, edit(this.#document.sentences[place]));
  }

  /** @returns {boolean} whether anything changed */
  #put(place, sentence) {
    if (sentence === this.#document.sentences[place]) return false;
    this.#document.replace(place, 1, [sentence]);
    this.#focus.prune(({ id }) => this.#document.place(id) >= 0);
    return true;
  }

  #keep(target, message) {
    this.#focus.keep(target);
    this.#announce(message);
  }

  #setPending(pending) {
    this.pending = pending;
    this.dispatchEvent(new Event("mode"));
  }
}
