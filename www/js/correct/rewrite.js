import { make } from "../dom.js";
import { addEntity, addRelation } from "../document/edit.js";
import { freshId } from "../document/document.js";

/**
 * Lets the reader edit the text of one sentence in place.
 * @param {import("../reading/row.js").Row} row
 * @returns {Promise<string|null>} the new text; null if it is unchanged or the edit was cancelled
 */
export function rewrite(row) {
  return new Promise((resolve) => {
    const box = make("textarea", { value: row.sentence.text, rows: 3, dir: "auto", spellcheck: false, ariaLabel: "The sentence's text" });
    const save = make("button", { type: "button", className: "primary" }, "Read it again");
    const cancel = make("button", { type: "button", className: "quiet" }, "Cancel");
    const form = make("div", { className: "rewriting" }, box, make("div", { className: "tool-row" }, save, cancel));
    const done = (text) => {
      form.remove();
      row.element.classList.remove("rewritten");
      resolve(text === null || text.trim() === "" || text === row.sentence.text ? null : text.trim());
    };
    save.addEventListener("click", () => done(box.value));
    cancel.addEventListener("click", () => done(null));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done(null);
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) done(box.value);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    row.element.classList.add("rewritten");
    row.element.append(form);
    box.focus();
  });
}

/**
 * Carries a person's corrections over to the new text of a sentence, where its beginning and end are unchanged.
 * @param {import("../document/document.js").Sentence} old
 * @param {import("../document/document.js").Sentence} fresh
 * @returns {import("../document/document.js").Sentence}
 */
export function keepByHand(old, fresh) {
  const [head, tail] = common(old.text, fresh.text);
  const shift = fresh.text.length - old.text.length;
  const ids = new Map();
  let sentence = fresh;
  for (const entity of old.entities.filter(({ source }) => source === "human")) {
    const move = entity.end <= head ? 0 : entity.start >= old.text.length - tail ? shift : null;
    if (move === null) continue;
    const [start, end] = [entity.start + move, entity.end + move];
    const rivals = sentence.entities.filter((one) => one.source === "model" && one.start < end && start < one.end);
    const id = freshId();
    ids.set(entity.id, id);
    sentence = addEntity(without(sentence, rivals), { id, start, end, type: entity.type });
  }
  for (const { head: from, tail: to, type, source } of old.relations) {
    if (source === "human" && ids.has(from) && ids.has(to)) sentence = addRelation(sentence, { id: freshId(), head: ids.get(from), tail: ids.get(to), type });
  }
  return sentence;
}

function without(sentence, entities) {
  const gone = new Set(entities.map(({ id }) => id));
  return {
    ...sentence,
    entities: sentence.entities.filter(({ id }) => !gone.has(id)),
    relations: sentence.relations.filter(({ head, tail }) => !gone.has(head) && !gone.has(tail)),
  };
}

/** Lengths of the common prefix and of the common suffix of two texts. */
function common(a, b) {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [head, tail];
}
