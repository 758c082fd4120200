import { make } from "../dom.js";
import { flatten } from "../document/flat.js";
import { download } from "../exports/download.js";
import { count, plural } from "../format.js";
import { writeJson } from "../formats/json.js";
import { told } from "../input_error.js";
import { revive } from "./work.js";

const BEGINNING = 90;
const time = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** The dialog that lists what this browser keeps of closed tabs and of replaced texts. */
export class KeptDialog {
  #keeper;
  #button;
  #list = make("ul", { className: "kept" });
  #fault = make("p", { className: "kept-fault", hidden: true, attributes: { role: "alert" } });
  #dialog = make("dialog", { className: "kept-texts", attributes: { "aria-labelledby": "kept-title" } });

  /** @param {import("./keeper.js").Keeper} keeper @param {HTMLElement} button opens the dialog, and is hidden while nothing is kept */
  constructor(keeper, button) {
    this.#keeper = keeper;
    this.#button = button;
    const close = make("button", { type: "button", className: "primary", onclick: () => this.#dialog.close() }, "Close");
    this.#dialog.append(
      make("h2", { id: "kept-title" }, "Kept texts"),
      make("p", { className: "hint" }, "Texts of closed tabs, and texts with corrections that another text replaced. They stay in this browser until you delete them."),
      this.#fault,
      this.#list,
      make("div", { className: "dialog-foot" }, make("span", { className: "spacer" }), close),
    );
    document.body.append(this.#dialog);
    button.addEventListener("click", () => this.show());
    keeper.addEventListener("others", () => this.#fill());
  }

  async show() {
    await this.#fill();
    this.#fault.hidden = true;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  async #fill() {
    const all = await this.#keeper.others().catch(() => []);
    this.#button.hidden = all.length === 0;
    this.#button.textContent = `Kept texts (${count(all.length)}) …`;
    if (all.length === 0) this.#dialog.close();
    this.#list.replaceChildren(...all.map((kept) => this.#item(kept)));
  }

  /** @param {import("./keeper.js").Kept} kept */
  #item(kept) {
    const { key, name, saved } = kept;
    const { beginning, about } = describe(kept);
    const button = (title, act) => make("button", { type: "button", className: "quiet", ariaLabel: `${title}: ${name}`, onclick: () => this.#try(act) }, title);
    return make(
      "li",
      {},
      make("p", {}, make("strong", {}, name), " ", make("span", { className: "hint" }, [about, saved > 0 ? time.format(saved) : ""].filter(Boolean).join(" · "))),
      make("p", { className: "hint", dir: "auto" }, beginning),
      make(
        "div",
        { className: "tool-row" },
        button("Open", async () => {
          await this.#keeper.adopt(key);
          this.#dialog.close();
        }),
        button("Download", () => save(kept)),
        button("Delete", () => this.#keeper.delete(key)),
      ),
    );
  }

  async #try(act) {
    this.#fault.hidden = true;
    try {
      await act();
    } catch (error) {
      this.#fault.textContent = told(error);
      this.#fault.hidden = false;
    }
  }
}

/** @param {import("./keeper.js").Kept} kept */
function describe({ work, draft }) {
  try {
    if (!work) return { beginning: start(draft.text), about: "not read yet" };
    const { document } = revive(work);
    return { beginning: start(document.text), about: plural(document.sentences.length, "sentence") };
  } catch (error) {
    return { beginning: told(error), about: "cannot be opened; download it" };
  }
}

const start = (text) => (text.length > BEGINNING ? `${text.slice(0, BEGINNING).toWellFormed()} …` : text).replace(/\s+/g, " ");

/**
 * Downloads kept work: as the page's JSON if it can be opened, or else as it is.
 * @param {import("./keeper.js").Kept} kept
 */
export function save({ name, work, draft }) {
  if (!work) return download(draft.text, `${name}.txt`, "text/plain");
  let content;
  try {
    const { document, model } = revive(work);
    content = writeJson(flatten(document), { name, model });
  } catch {
    content = JSON.stringify(work, null, 1);
  }
  download(content, `${name}.json`, "application/json");
}
