import { byId, make } from "../dom.js";
import { touched } from "../document/carry.js";
import { Schema } from "../document/schema.js";
import { plural } from "../format.js";
import { told } from "../input_error.js";
import { Errors } from "./errors.js";
import { reportOf } from "./report.js";
import { compared, goldOf } from "./words.js";

/** Scores the model against gold annotations: those of a file, or the reader's corrections. */
export class Score {
  #engine;
  #announce;
  #onOpen;
  #document = null;
  #schema = null;
  #run = null;

  /**
   * @param {import("../engine.js").Engine} engine
   * @param {{announce: (message: string) => void, onOpen: (place: number) => void}} hooks
   */
  constructor(engine, { announce, onOpen }) {
    this.#engine = engine;
    this.#announce = announce;
    this.#onOpen = onOpen;
    byId("score-own").addEventListener("click", () => this.#scoreOwn());
    byId("score-cancel").addEventListener("click", () => this.#run?.abort());
    // The work of a model that was replaced has no result.
    engine.addEventListener("changed", () => this.#run?.abort());
  }

  open(document, schema) {
    this.#document = document;
    this.#schema = schema;
  }

  /**
   * Reads the annotations of a file.
   * @param {import("../imports/files.js").GoldFile|import("../imports/files.js").DocumentFile} file
   */
  async read(file) {
    return file.kind === "gold" ? this.#engine.extractor.readGold(file) : { sentences: goldOf(file.document.sentences, file.name), defects: [] };
  }

  /**
   * @param {import("../imports/files.js").GoldFile|import("../imports/files.js").DocumentFile} file
   * @param {Awaited<ReturnType<Score["read"]>>|null} gold its annotations, if they were read already
   */
  async scoreFile(file, gold) {
    await this.#work(`Reading ${file.name}`, async (signal) => {
      const { sentences, defects } = gold ?? (await this.read(file));
      const title = `Reading ${plural(sentences.length, "sentence")} of ${file.name}`;
      this.#bar(title, 0, sentences.length);
      const evaluation = await this.#engine.extractor.evaluate(sentences, { signal, onProgress: ({ done, total }) => this.#bar(title, done, total) });
      if (evaluation) this.#show(`${file.name}: ${plural(sentences.length, "sentence")}`, sentences, evaluation, defects, null);
    });
  }

  async #scoreOwn() {
    const places = (this.#document?.sentences ?? []).flatMap((sentence, place) => (touched(sentence) && sentence.found ? [place] : []));
    if (places.length === 0) {
      byId("score-result").replaceChildren(make("p", { className: "hint" }, "Correct some sentences or mark them as checked first. They then serve as gold annotations."));
      return;
    }
    await this.#work("Comparing", async () => {
      const { gold, predicted } = compared(places.map((place) => this.#document.sentences[place]));
      const evaluation = await this.#engine.extractor.score(gold, predicted);
      this.#show(`Your corrections: ${plural(gold.length, "sentence")}`, gold, evaluation, [], (sentence) => this.#onOpen(places[sentence]));
    });
  }

  async #work(title, task) {
    this.#run?.abort();
    const run = (this.#run = new AbortController());
    byId("score-progress").hidden = false;
    this.#bar(title, 0, 1);
    byId("score-result").replaceChildren();
    try {
      await task(run.signal);
    } catch (error) {
      if (!run.signal.aborted) byId("score-result").replaceChildren(make("div", { className: "notice notice-error", attributes: { role: "alert" } }, make("p", {}, told(error))));
    }
    if (run !== this.#run) return;
    byId("score-progress").hidden = true;
    this.#run = null;
  }

  #bar(title, done, total) {
    byId("score-title").textContent = title;
    /** @type {HTMLProgressElement} */ (byId("score-bar")).value = total > 0 ? done / total : 0;
  }

  #show(title, gold, evaluation, defects, onOpen) {
    const schema = this.#schema ?? new Schema(this.#engine.info);
    const notes = defects.slice(0, 5).map((defect) => make("li", {}, defect));
    const more = defects.length - notes.length;
    byId("score-result").replaceChildren(
      make("h3", {}, title),
      ...(notes.length > 0 ? [make("ul", { className: "hint defects" }, ...notes, ...(more > 0 ? [make("li", {}, `… and ${plural(more, "more defect")}`)] : []))] : []),
      ...reportOf(evaluation.report, schema),
      new Errors(gold, evaluation, schema, onOpen).element,
    );
    const { entity, strict } = evaluation.report.full;
    this.#announce(`Scored: F1 of entities ${(100 * entity.f1).toFixed(1)}, of relations, strict, ${(100 * strict.f1).toFixed(1)}`);
  }
}
