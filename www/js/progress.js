import { byId } from "./dom.js";
import { bytes, count, remaining } from "./format.js";

// The part of the bar for each stage of the load; the download takes most of the time.
const STAGES = {
  download: { from: 0, to: 0.8, title: "Reading the model" },
  engine: { from: 0.8, to: 0.82, title: "Starting the engine" },
  verify: { from: 0.82, to: 0.86, title: "Checking the model" },
  device: { from: 0.86, to: 0.88, title: "Opening the device" },
  weights: { from: 0.88, to: 0.95, title: "Placing the weights" },
  selftest: { from: 0.95, to: 1, title: "Testing the device against the processor" },
};

const TITLE = document.title;

/** The progress bar of loading and reading. Event: "cancel". */
export class Progress extends EventTarget {
  #root = byId("progress");
  #bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
  #started = 0;

  constructor() {
    super();
    byId("cancel").addEventListener("click", () => this.dispatchEvent(new Event("cancel")));
    new IntersectionObserver(([{ isIntersecting }]) => this.#root.classList.toggle("afloat", !isIntersecting)).observe(this.#root.parentElement);
  }

  /** @param {string} title */
  start(title) {
    this.#started = performance.now();
    this.#root.hidden = false;
    this.#write(title, "", 0);
  }

  /** @param {{stage: string, done: number, total: number, fresh?: number}} progress */
  load({ stage, done, total, fresh }) {
    const { from, to, title } = STAGES[stage] ?? STAGES.engine;
    const part = total > 0 ? done / total : 0;
    this.#write(title, stage === "download" ? this.#downloaded(done, total, fresh) : "", Math.max(this.#bar.value, from + (to - from) * part));
  }

  /** @param {number} read @param {number} total characters */
  read(read, total) {
    const left = remaining(read, total, performance.now() - this.#started);
    const detail = [`${count(read)} of ${count(total)} characters read`, left];
    const part = total > 0 ? read / total : 0;
    this.#write("Reading your text", detail.filter(Boolean).join(" · "), part);
    // Readers who wait in another tab see the progress in the title.
    if (left) document.title = `${Math.floor(100 * part)} % · ${TITLE}`;
  }

  finish() {
    this.#bar.value = 1;
    this.stop();
  }

  stop() {
    this.#root.hidden = true;
    document.title = TITLE;
  }

  #downloaded(done, total, fresh) {
    const size = `${bytes(done)} of ${bytes(total)}`;
    if (done > 0 && fresh === 0) return `${size} · kept by this browser`;
    return [size, remaining(done, total, performance.now() - this.#started)].filter(Boolean).join(" · ");
  }

  #write(title, detail, value) {
    byId("progress-title").textContent = title;
    byId("progress-detail").textContent = detail;
    this.#bar.value = value;
  }
}
