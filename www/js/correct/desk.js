import { byId } from "../dom.js";
import { Editor } from "./editor.js";
import { listenKeys } from "./keys.js";
import { Marker } from "./marker.js";
import { RowTools } from "./rows.js";
import { askType } from "./types.js";

/** The controls for corrections: buttons, keys, text selection and the tools of each sentence. */
export class Desk {
  #space;

  /**
   * @param {import("../document/workspace.js").Workspace} space
   * @param {import("../reading/reading.js").Reading} reading
   * @param {{toast: (message: string) => void, rewrite: (place: number) => void, goTo: (place: number) => void}} hooks
   */
  constructor(space, reading, { toast, rewrite, goTo }) {
    this.#space = space;
    const list = byId("reading");
    this.editor = new Editor(space.focus, toast);
    this.marker = new Marker(list, reading, this.editor);
    const begin = (place, offset) => this.marker.begin(place, offset);
    this.tools = new RowTools(list, reading, this.editor, { check: (place) => this.editor.toggleChecked(place), mark: (place) => begin(place, 0), rewrite });
    listenKeys(list, this.editor, space.focus, {
      schema: () => space.schema,
      relation: (id) => space.document.relation(id),
      begin: ({ dataset }) => begin(space.document.place(Number(dataset.entity)), space.document.entity(Number(dataset.entity)).end),
    });
    byId("correct").addEventListener("click", () => this.editor.turn(!this.editor.on));
    byId("undo").addEventListener("click", () => this.editor.undo());
    byId("redo").addEventListener("click", () => this.editor.redo());
    byId("add-type").addEventListener("click", () => askType(space, toast));
    this.editor.addEventListener("mode", () => this.#followMode());
    this.editor.addEventListener("moved", ({ detail }) => goTo(detail));
    space.addEventListener("open", () => this.#open());
    space.addEventListener("splice", () => this.#offerSteps());
    space.addEventListener("types", () => this.marker.open(space.schema));
  }

  #open() {
    const { document, schema } = this.#space;
    this.tools.leave();
    this.editor.open(document);
    this.marker.open(schema);
    this.#offerSteps();
  }

  #offerSteps() {
    for (const [id, possible] of Object.entries({ undo: this.#space.document.undoable, redo: this.#space.document.redoable })) {
      /** @type {HTMLButtonElement} */ (byId(id)).disabled = !possible;
    }
  }

  #followMode() {
    const { on } = this.editor;
    byId("correct").setAttribute("aria-pressed", String(on));
    for (const id of ["correct-tools", "correct-keys"]) byId(id).hidden = !on;
  }
}
