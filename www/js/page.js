import { Composer } from "./composer.js";
import { unflatten } from "./document/flat.js";
import { Workspace } from "./document/workspace.js";
import { byId } from "./dom.js";
import { plural } from "./format.js";
import { listenDrop } from "./imports/drop.js";
import { readFiles } from "./imports/files.js";
import { Machine } from "./machine.js";
import { ModelMenu, readModels } from "./models.js";
import { clearErrors, notify } from "./notices.js";
import { watchOffline } from "./offline_notices.js";
import { Progress } from "./progress.js";
import { Result } from "./result.js";
import { askType } from "./correct/types.js";
import { readAgain } from "./correct/again.js";
import { readSettings } from "./settings.js";
import { sentence, Status } from "./status.js";
import { keepDraft, recallDraft } from "./store/draft.js";
import { Keeper } from "./store/keeper.js";
import { Turns } from "./turns.js";

const settings = readSettings(location.search, document.baseURI);
const machine = new Machine();
const space = new Workspace();
const composer = new Composer();
const progress = new Progress();
const status = new Status();
const models = new ModelMenu();
const result = new Result(space, machine, { announce, toast, rewrite });
const keeper = new Keeper(space, byId("keep-work"), (message) => notify("note", message));
const turns = new Turns();
/** @type {string|null} the engine's note that the reader has seen */
let told = null;

turns.addEventListener("start", clearErrors);
turns.addEventListener("end", ({ detail: { error, stopped } }) => {
  composer.busy = false;
  if (error || stopped) progress.stop();
  else progress.finish();
  if (error) fail(error.message);
});
composer.addEventListener("run", () => {
  composer.busy = true;
  turns.start(read);
});
composer.addEventListener("change", () => keepDraft(composer.text));
composer.addEventListener("files", ({ detail }) => open(detail));
composer.addEventListener("clear", ({ detail }) => clear(detail));
space.addEventListener("open", () => composer.clearable(true));
space.addEventListener("close", () => composer.clearable(false));
progress.addEventListener("cancel", () => turns.stop());
byId("add-type").addEventListener("click", () => askType(space, toast));
byId("score-open").addEventListener("click", () => composer.choose());
listenDrop(open);

machine.addEventListener("progress", ({ detail }) => progress.load(detail));
machine.addEventListener("loaded", ({ detail }) => showLoaded(detail));
machine.addEventListener("backends", ({ detail }) => status.race(detail));
machine.addEventListener("fallback", ({ detail }) => notify("note", `The engine stopped (${detail}). Your text is kept; it is read on the processor now.`));
machine.addEventListener("stopped", () => status.line("waiting", "The engine was ended; the model is read again when you next press Extract."));
models.addEventListener("choose", ({ detail }) => change(detail.address));
models.addEventListener("own", () => notify("note", "Drop the three files of your model onto this page together: manifest.json, tokenizer.json and weights.safetensors. “spanlight export” writes them."));

watchOffline(status);
for (const note of settings.notes) notify("note", note);
machine.use(settings);
readModels(document.baseURI).then((known) => models.show(known, settings.model));
restore();
if (settings.refusal) refuse(settings.refusal);
else if (navigator.connection?.saveData) status.line("waiting", "To save data, the model is read when you press Extract.");
else turns.start(load);

/** Brings back the text that was being written, or else the one that was read last. */
async function restore() {
  const [draft, text] = [recallDraft(), await keeper.restore()];
  if (composer.text === "" && (draft || text)) composer.put(draft || text, draft && draft !== text ? "text" : space.name);
}

/** @param {AbortSignal} signal */
async function load(signal) {
  progress.start("Reading the model");
  if (!(await machine.load(signal))) status.line("waiting", "The model was not read. Press Extract to read it.");
}

/** @param {AbortSignal} signal */
async function read(signal) {
  const { text, name } = composer;
  composer.busy = true;
  if (!machine.info) await load(signal);
  const { info } = machine;
  if (!info) return;
  progress.start("Reading your text");
  progress.read(0, text.length);
  keeper.hold();
  space.begin(text, info, name);
  announce("Reading your text");
  const outcome = await machine.extract(text, {
    signal,
    onBatch(batch) {
      space.add(batch);
      progress.read(batch.read, batch.total);
    },
    onRestart() {
      progress.start("Reading the model");
      space.begin(text, info, name);
    },
  });
  keeper.release();
  // It may have been cleared meanwhile.
  if (!space.document) return;
  space.finish(!outcome.cancelled);
  status.ran(outcome, text.length);
  if (outcome.shortened > 0) notify("note", `${plural(outcome.shortened, "word is", "words are")} so long that the model saw only the beginning.`);
  announce(`${outcome.cancelled ? "Stopped" : "Done"}: ${result.summary}`);
}

/** Reads one sentence again after its words were changed. @param {number} place */
async function rewrite(place) {
  if (turns.busy) return toast("Wait until the text is read");
  const error = await readAgain(place, result.reading.rows[place], space, machine, toast);
  if (error) notify("error", error.message);
}

/** Takes everything away, and offers to bring it back. @param {{text: string, name: string}} old */
function clear({ text, name }) {
  if (!space.complete) turns.stop();
  const back = space.close();
  keeper.clear();
  if (!back && text.trim() === "") return;
  const restore = () => {
    composer.put(text, name);
    back?.();
  };
  notify("note", "Your text and what was found in it are cleared.", { title: "Bring them back", onclick: restore });
}

/** @param {File[]} files */
async function open(files) {
  clearErrors();
  try {
    const found = await readFiles(files);
    for (const note of found.notes ?? []) notify("note", note);
    const scoring = result.tabs.current === "view-score" && !byId("result").hidden;
    if (found.kind === "model") change(found.parts);
    else if (found.kind === "gold" || (scoring && found.kind === "document")) await result.scoreFile(found);
    else if (found.kind === "document") annotate(found);
    else composer.put(found.text, found.name);
  } catch (error) {
    notify("error", error.message);
  }
}

/** Shows a document that came with its annotations. @param {import("./imports/files.js").DocumentFile} file */
function annotate({ flat, name }) {
  const annotated = unflatten(flat);
  const types = machine.info ?? space.schema?.keep() ?? { entities: [], relations: [], symmetric: [] };
  space.open({ document: annotated, types, name });
  composer.put(flat.text, name);
  announce(`Opened: ${result.summary}`);
}

/** Takes another model. @param {string|Record<"manifest"|"tokenizer"|"weights", Uint8Array>} model */
function change(model) {
  turns.stop();
  settings.model = model;
  settings.refusal = null;
  machine.use(settings);
  if (typeof model === "string") history.replaceState(null, "", withQuery("model", new URL(model).pathname));
  readModels(document.baseURI).then((known) => models.show(known, typeof model === "string" ? model : "Your own"));
  turns.start(load, true);
}

function showLoaded({ info, loading }) {
  status.loaded(info, loading);
  space.know(info);
  announce(`The model is ready: ${sentence(info)}`);
  if (info.note && info.note !== told) notify("note", info.note);
  told = info.note;
  if (info.software && settings.backend !== "webgpu") notify("note", "WebGPU has only a software adapter here, which is slow.", { title: "Use the processor", href: withQuery("backend", "cpu") });
}

/** @param {string} message */
function fail(message) {
  if (machine.info) notify("error", message);
  else {
    status.line("failed", "The model could not be loaded.");
    notify("error", message, { title: "Try again", onclick: () => turns.start(load) });
  }
}

/** @param {string} message */
function refuse(message) {
  composer.busy = true;
  status.line("failed", "No model is loaded.");
  notify("error", message, { title: "Use the built-in model", href: location.pathname });
}

/** @param {string} name @param {string} value */
function withQuery(name, value) {
  const url = new URL(location.href);
  url.searchParams.set(name, value);
  return url.href;
}

/** @param {string} message for screen readers */
function announce(message) {
  byId("announce").textContent = message;
}

let fading = 0;

/** What a correction did, for everyone. @param {string} message */
function toast(message) {
  announce(message);
  byId("toast").textContent = message;
  byId("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (byId("toast").hidden = true), 2500);
}
