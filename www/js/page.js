import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { Engine } from "./engine.js";
import { clearErrors, notify } from "./notices.js";
import { Progress } from "./progress.js";
import { Result } from "./result.js";
import { readSettings } from "./settings.js";
import { sentence, Status } from "./status.js";

const settings = readSettings(location.search, document.baseURI);
const engine = new Engine(settings);
const composer = new Composer();
const progress = new Progress();
const status = new Status();
const result = new Result(announce);
/** @type {AbortController|null} what the Cancel button ends */
let running = null;
let next = null;

composer.addEventListener("run", () => work(read));
progress.addEventListener("cancel", () => running?.abort());
engine.addEventListener("progress", ({ detail }) => progress.load(detail));
engine.addEventListener("loaded", ({ detail }) => showLoaded(detail));
engine.addEventListener("fallback", ({ detail }) => {
  notify("note", `The engine stopped (${detail}). Your text is kept; it is read on the processor now.`);
});
engine.addEventListener("stopped", () => status.line("waiting", "The engine was ended; the model is read again when you next press Extract."));

for (const note of settings.notes) notify("note", note);
if (settings.refusal) refuse(settings.refusal);
else if (navigator.connection?.saveData) status.line("waiting", "To save data, the model is read when you press Extract.");
else work(load);

/** Runs one thing at a time; what is wished meanwhile follows. @param {(signal: AbortSignal) => Promise<void>} task */
async function work(task) {
  composer.busy = task === read;
  if (running) return void (next = task);
  running = new AbortController();
  const { signal } = running;
  clearErrors();
  try {
    await task(signal);
    if (signal.aborted) progress.stop();
    else progress.finish();
  } catch (error) {
    progress.stop();
    fail(error.message);
  }
  const follows = signal.aborted || !engine.info ? null : next;
  running = next = null;
  composer.busy = false;
  if (follows) work(follows);
}

/** @param {AbortSignal} signal */
async function load(signal) {
  progress.start("Reading the model");
  if (!(await engine.load(signal))) status.line("waiting", "The model was not read. Press Extract to read it.");
}

/** @param {AbortSignal} signal */
async function read(signal) {
  const { text } = composer;
  if (!engine.info) await load(signal);
  const { info } = engine;
  if (!info) return;
  progress.start("Reading your text");
  progress.read(0, text.length);
  result.open(text, info);
  announce("Reading your text");
  const outcome = await engine.extract(text, {
    signal,
    onBatch(batch) {
      if (batch.sentences.length > 0) result.add(batch);
      progress.read(batch.read, batch.total);
    },
    onRestart() {
      progress.start("Reading the model");
      result.open(text, info);
    },
  });
  result.close(!outcome.cancelled);
  if (outcome.timing) status.ran(outcome.timing, outcome.read);
  announce(`${outcome.cancelled ? "Stopped" : "Done"}: ${result.summary}`);
}

function showLoaded({ info, loading }) {
  status.loaded(info, loading);
  announce(`The model is ready: ${sentence(info)}`);
  if (info.note) notify("note", info.note);
  if (info.software) {
    notify("note", "WebGPU has only a software adapter here, which is slow.", { title: "Use the processor", href: withBackend("cpu") });
  }
}

/** @param {string} message */
function fail(message) {
  if (engine.info) notify("error", message);
  else {
    status.line("failed", "The model could not be loaded.");
    notify("error", message, { title: "Try again", onclick: () => work(load) });
  }
}

/** @param {string} message */
function refuse(message) {
  composer.busy = true;
  status.line("failed", "No model is loaded.");
  notify("error", message, { title: "Use the built-in model", href: location.pathname });
}

/** @param {string} backend */
function withBackend(backend) {
  const url = new URL(location.href);
  url.searchParams.set("backend", backend);
  return url.href;
}

/** @param {string} message for screen readers */
function announce(message) {
  byId("announce").textContent = message;
}
