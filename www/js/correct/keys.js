/**
 * Handles the keys for corrections: those of the selected entity or relation, and undo and redo outside text fields.
 * @param {HTMLElement} list of the sentences
 * @param {import("./editor.js").Editor} editor
 * @param {import("../document/focus.js").Focus} focus
 * @param {{schema: () => import("../document/schema.js").Schema, relation: (id: number) => import("../document/document.js").Relation|null, begin: (element: HTMLElement) => void}} hooks
 *   `begin` starts to mark a new entity after the one of an element
 */
export function listenKeys(list, editor, focus, { schema, relation, begin }) {
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("textarea, input:not([type=range], [type=radio], [type=checkbox]), dialog")) return;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) editor.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) editor.redo();
      else return;
      event.preventDefault();
    }
  });

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches(".entity")) return;
    if (event.key === "Escape") {
      if (editor.pending) editor.cancel();
      else focus.clear();
    } else if (!editor.on || !correct(event)) return;
    event.preventDefault();
  });

  /** Whether the target is a relation with this entity as its head or tail. */
  function joins(target, id) {
    const { head, tail } = (target?.kind === "relation" && relation(target.id)) || {};
    return head === id || tail === id;
  }

  function correct(event) {
    const entity = { kind: /** @type {const} */ ("entity"), id: Number(event.target.dataset.entity) };
    const target = joins(focus.kept, entity.id) ? focus.kept : entity;
    const types = [...(target.kind === "entity" ? schema().entities : schema().relations).keys()];
    const actions = {
      Delete: () => editor.remove(target),
      Backspace: () => editor.remove(target),
      r: () => editor.relate(entity.id),
      a: () => begin(event.target),
      "[": () => editor.move(entity.id, "start", -1),
      "]": () => editor.move(entity.id, "start", 1),
      ...(event.shiftKey && { ArrowLeft: () => editor.move(entity.id, "end", -1), ArrowRight: () => editor.move(entity.id, "end", 1) }),
    };
    if (/^[1-9]$/.test(event.key) && types[event.key - 1]) editor.retype(target, types[event.key - 1]);
    else if (actions[event.key]) actions[event.key]();
    else return false;
    return true;
  }
}
