import { make } from "../dom.js";
import { touched } from "../document/carry.js";
import { emptySentence, flatten } from "../document/flat.js";
import { plural } from "../format.js";
import { download } from "./download.js";
import { KINDS } from "./kinds.js";

const PREVIEW = 1500;

/** The dialog that exports the document to a file or to the clipboard. */
export class Exports {
  #announce;
  #source;
  #dialog = make("dialog", { className: "exports", attributes: { "aria-labelledby": "exports-title" } });
  #kind = KINDS[0];
  #everything = false;
  #mineOnly = false;
  #foot = make("div", { className: "dialog-foot" });
  #preview = make("pre", { className: "preview", tabIndex: 0, attributes: { role: "group", "aria-label": "Beginning of the file" }, dir: "ltr" });
  #about = make("p", { className: "hint" });
  #options = make("div", { className: "export-options" });

  /**
   * @param {(message: string) => void} announce
   * @param {() => {document: import("../document/document.js").Document, schema: object, shown: import("../document/shown.js").Shown, name: string, model: object|null, place: number}} source
   */
  constructor(announce, source) {
    this.#announce = announce;
    this.#source = source;
    const kinds = KINDS.map((kind) => {
      const radio = make("input", { type: "radio", name: "export-kind", value: kind.id, checked: kind === this.#kind });
      radio.addEventListener("change", () => this.#turn(kind));
      return make("label", { className: "radio" }, radio, kind.title);
    });
    this.#dialog.append(
      make("h2", { id: "exports-title" }, "Export"),
      make("div", { className: "export-columns" }, make("fieldset", { className: "radios" }, make("legend", { className: "visually-hidden" }, "Format"), ...kinds), make("div", { className: "export-side" }, this.#about, this.#options, this.#preview)),
      this.#foot,
    );
    document.body.append(this.#dialog);
  }

  /** @param {string} [id] id of the format to preselect */
  show(id) {
    const kind = KINDS.find((one) => one.id === id) ?? this.#kind;
    /** @type {HTMLInputElement} */ (this.#dialog.querySelector(`input[value="${kind.id}"]`)).checked = true;
    this.#mineOnly = id === "jsonl";
    this.#turn(kind);
    this.#dialog.showModal();
  }

  #turn(kind) {
    this.#kind = kind;
    this.#about.textContent = kind.about;
    const input = this.#input();
    this.#options.replaceChildren(...this.#boxes(kind));
    const contents = kind.files.map(({ write }) => write(input));
    this.#preview.textContent = contents.map((content) => (content.length > PREVIEW ? `${content.slice(0, PREVIEW).toWellFormed()}\n…` : content)).join("\n---\n");
    this.#foot.replaceChildren(...this.#buttons(kind, input, contents));
  }

  #boxes(kind) {
    const { document, shown } = this.#source();
    const [all, some] = [document.count(), document.count((sentence) => shown.of(sentence))];
    const hidden = [plural(all.entities - some.entities, "entity", "entities"), plural(all.relations - some.relations, "relation")].join(" and ");
    const boxes = [];
    if (all.entities + all.relations > some.entities + some.relations && kind.id !== "svg") {
      boxes.push(this.#box(`Include hidden annotations: ${hidden}`, this.#everything, (on) => (this.#everything = on)));
    }
    if (kind.gold) {
      const mine = document.sentences.filter(touched).length;
      boxes.push(this.#box(`Only the ${plural(mine, "sentence")} that you checked or changed`, this.#mineOnly, (on) => (this.#mineOnly = on)));
    }
    return boxes;
  }

  #box(title, checked, onChange) {
    const box = make("input", { type: "checkbox", checked });
    box.addEventListener("change", () => {
      onChange(box.checked);
      this.#turn(this.#kind);
      this.#options.querySelectorAll("input")[0]?.focus();
    });
    return make("label", { className: "radio" }, box, title);
  }

  #input() {
    const { document, schema, shown, name, model, place } = this.#source();
    const mine = this.#mineOnly && this.#kind.gold;
    const visible = this.#everything ? undefined : (sentence) => shown.of(sentence);
    const flat = flatten(document, visible);
    const sentence = document.sentences[place] ?? emptySentence("", "");
    const keep = mine ? document.sentences.map(touched) : null;
    return { flat: keep ? only(flat, keep) : flat, name, model, schema, sentence, findings: shown.of(sentence) };
  }

  #buttons(kind, { name }, contents) {
    const copy = make("button", { type: "button", className: "quiet" }, "Copy");
    copy.addEventListener("click", () => this.#copy(copy, contents[0]));
    const saves = kind.files.map(({ ending, type }, i) =>
      make("button", { type: "button", className: "primary", onclick: () => download(contents[i], `${name}${ending}`, type) }, kind.files.length > 1 ? `Download ${ending}` : "Download"),
    );
    const close = make("button", { type: "button", className: "quiet", onclick: () => this.#dialog.close() }, "Close");
    return [close, make("span", { className: "spacer" }), ...(contents.length === 1 ? [copy] : []), ...saves];
  }

  async #copy(button, content) {
    const done = await navigator.clipboard.writeText(content).then(() => true, () => false);
    button.textContent = done ? "Copied" : "Copying was refused";
    this.#announce(button.textContent);
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }
}

/** Marks the sentences that the writer is to leave out. */
function only(flat, keep) {
  return { ...flat, sentences: flat.sentences.map((sentence, i) => ({ ...sentence, left: !keep[i] })) };
}
