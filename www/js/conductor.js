import { readAgain } from "./correct/again.js";
import { rewrite } from "./correct/rewrite.js";
import { plural } from "./format.js";
import { told } from "./input_error.js";
import { notify } from "./notices.js";
import { announce, toast } from "./say.js";
import { sentence } from "./status.js";
import { Turns } from "./turns.js";

/**
 * Loads models and reads texts, one task at a time. Event "end" (detail: {error, stopped}): a task has ended.
 */
export class Conductor extends EventTarget {
  #engine;
  #space;
  #progress;
  #status;
  #turns = new Turns();
  /** The last note of the engine that was shown. */ #shownNote = null;

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {import("./document/workspace.js").Workspace} space
   * @param {import("./progress.js").Progress} progress
   * @param {import("./status.js").Status} status
   */
  constructor(engine, space, progress, status) {
    super();
    this.#engine = engine;
    this.#space = space;
    this.#progress = progress;
    this.#status = status;
    this.#turns.addEventListener("end", ({ detail }) => {
      if (detail.error || detail.stopped) progress.stop();
      else progress.finish();
      this.dispatchEvent(new CustomEvent("end", { detail }));
    });
    progress.addEventListener("cancel", () => this.stop());
    engine.addEventListener("progress", ({ detail }) => progress.load(detail));
    engine.addEventListener("loaded", ({ detail }) => this.#loaded(detail));
    engine.addEventListener("backends", ({ detail }) => status.race(detail));
    engine.addEventListener("fallback", ({ detail }) => notify("note", `${detail} Your text is kept, and reading it goes on.`));
    engine.addEventListener("stopped", () => status.line("waiting", "The engine did not stop in time and was ended. Press Extract to load the model again."));
  }

  stop() {
    this.#turns.stop();
  }

  /** @param {boolean} [insist] run even if the task before it failed or was stopped */
  load(insist = false) {
    return this.#turns.start((signal) => this.#load(signal), insist);
  }

  /**
   * @param {() => {text: string, name: string}} source called when the task starts
   * @param {{onStart: () => void, onEnd: () => string}} hooks `onEnd` returns the summary of the document
   */
  read(source, hooks) {
    return this.#turns.start((signal) => this.#read(source(), hooks, signal));
  }

  /** Lets the reader change the words of one sentence, and reads only that sentence again. @param {number} place @param {import("./reading/row.js").Row} row */
  rewrite(place, row) {
    if (this.#turns.busy) return toast("Wait until the text is read");
    const old = row.sentence;
    rewrite(row, async (text) => {
      try {
        const count = await readAgain(text, place, old, this.#space, this.#engine);
        if (count > 0) toast(count === 1 ? "The sentence was read again" : `The sentence was split into ${count}`);
        return true;
      } catch (error) {
        notify("error", told(error));
        return false;
      }
    });
  }

  async #load(signal) {
    this.#progress.start("Reading the model");
    if (!(await this.#engine.extractor.ready({ signal }))) this.#status.line("waiting", "The model is not loaded. Press Extract to load it.");
  }

  async #read({ text, name }, { onStart, onEnd }, signal) {
    onStart();
    if (!this.#engine.info) await this.#load(signal);
    const { info } = this.#engine;
    if (!info) return;
    this.#progress.start("Reading your text");
    this.#progress.read(0, text.length);
    announce("Reading your text");
    const space = this.#space;
    space.begin(text, info, name);
    const begun = space.document;
    let outcome;
    try {
      outcome = await this.#engine.extractor.read(text, {
        signal,
        onBatch: (batch) => {
          // Another document may have been opened meanwhile.
          if (space.document !== begun) return;
          space.add(batch);
          this.#progress.read(batch.read, batch.total);
        },
      });
    } finally {
      if (space.document === begun) space.finish();
    }
    if (space.document !== begun) return;
    this.#status.ran(outcome, text.length);
    if (outcome.shortened > 0) notify("note", `${plural(outcome.shortened, "word is", "words are")} so long that the model saw only the beginning.`);
    announce(`${outcome.cancelled ? "Stopped" : "Done"}: ${onEnd()}`);
  }

  #loaded({ info, loading }) {
    this.#status.loaded(info, loading);
    this.#space.know(info);
    announce(`The model is ready: ${sentence(info)}`);
    if (info.note && info.note !== this.#shownNote) notify("note", info.note);
    this.#shownNote = info.note;
  }
}
