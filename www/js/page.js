import { Composer } from "./composer.js";
import { Conductor } from "./conductor.js";
import { Workspace } from "./document/workspace.js";
import { byId } from "./dom.js";
import { Engine } from "./engine.js";
import { listenDrop } from "./imports/drop.js";
import { open } from "./imports/opening.js";
import { told } from "./input_error.js";
import { ModelMenu, readModels } from "./model_menu.js";
import { clearErrors, notify } from "./notices.js";
import { watchOffline } from "./offline_notices.js";
import { Progress } from "./progress.js";
import { Result } from "./result.js";
import { announce, toast } from "./say.js";
import { readSettings } from "./settings.js";
import { Status } from "./status.js";
import { Keeper } from "./store/keeper.js";
import { KeptDialog, save } from "./store/kept.js";

const STATES = { nothing: "", saving: "Saving …", saved: "Saved", failed: "Not saved", off: "Not kept" };

const settings = readSettings(location.search, document.baseURI);
const engine = new Engine();
const space = new Workspace();
const composer = new Composer();
const status = new Status();
const models = new ModelMenu();
const conductor = new Conductor(engine, space, new Progress(), status);
const result = new Result(space, engine, { announce, toast, rewrite: (place) => conductor.rewrite(place, result.reading.rows[place]) });
const keeper = new Keeper(space, composer, /** @type {HTMLInputElement} */ (byId("keep-work")));
const openFiles = (files) => open(files, { composer, space, result, engine, onModel: change });

composer.addEventListener("run", read);
composer.addEventListener("files", ({ detail }) => openFiles(detail));
composer.addEventListener("clear", ({ detail }) => clear(detail));
space.addEventListener("open", () => composer.clearable(true));
space.addEventListener("close", () => composer.clearable(false));
space.addEventListener("splice", ({ detail }) => follow(detail));
conductor.addEventListener("end", ({ detail }) => rest(detail));
models.addEventListener("choose", ({ detail }) => change(detail.address));
models.addEventListener("own", () => notify("note", "Drop the three files of your model onto this page, or open them together: manifest.json, tokenizer.json and weights.safetensors. “spanlight export” writes them."));
byId("read-again").addEventListener("click", readAgain);
byId("score-open").addEventListener("click", () => composer.choose());
listenDrop(openFiles);
new KeptDialog(keeper, byId("kept-open"));
keeper.addEventListener("state", () => (byId("kept-state").textContent = STATES[keeper.state]));
keeper.addEventListener("failed", ({ detail }) => notify("error", detail, undefined, "keeping"));
keeper.addEventListener("aside", ({ detail }) => putAside(detail));
keeper.addEventListener("broken", ({ detail }) => tellBroken(detail));

watchOffline(status);
for (const note of settings.notes) notify("note", note);
engine.use(settings);
showModels();
keeper.restore();
if (settings.refusal) refuse(settings.refusal);
else if (navigator.connection?.saveData) status.line("waiting", "To save data, the model is downloaded only when you press Extract.");
else conductor.load();

/** Keeps the box equal to the document when a correction changes the document's words, unless the reader wrote something else there. @param {import("./document/document.js").Splice} splice */
function follow({ at, before, after }) {
  if (space.reading || before.length === 0) return;
  const words = (sentences) => sentences.map(({ before, text }) => before + text).join("");
  if (words(before) === words(after)) return;
  const { document } = space;
  const old = [...document.sentences.slice(0, at), ...before, ...document.sentences.slice(at + after.length)];
  if (composer.text === words(old) + document.rest) composer.put(document.text, space.name);
}

/** @param {{name: string, bring: () => void}} aside */
function putAside({ name, bring }) {
  const onclick = () => {
    bring();
    composer.put(space.document.text, space.name);
  };
  notify("note", `Your corrections of “${name}” were put aside, since the new text does not contain all of their sentences. You also find them under “Kept texts …” at the end of the page.`, { title: "Bring them back", onclick }, "aside");
}

/** @param {{reason: string, key: string}} broken */
async function tellBroken({ reason, key }) {
  const others = await keeper.others();
  const work = others.find((one) => one.key === key);
  notify("error", `The work that this browser kept cannot be opened. ${reason} Nothing of it was deleted.`, work && { title: "Download it", onclick: () => save(work) });
}

function read() {
  composer.busy = true;
  clearErrors();
  conductor.read(() => composer, {
    onStart: () => (composer.busy = true),
    onEnd: () => result.summary,
  });
}

/** Reads the document on show with the model in use. */
function readAgain() {
  composer.put(space.document.text, space.name);
  read();
}

/** @param {{error: Error|null, stopped: boolean}} end */
function rest({ error, stopped }) {
  composer.busy = false;
  if (!error || stopped) return;
  if (engine.info) return notify("error", told(error));
  status.line("failed", "The model could not be loaded.");
  notify("error", told(error), { title: "Try again", onclick: () => conductor.load() });
}

/** Clears the text and the document, and offers to restore them. @param {{text: string, name: string}} old */
function clear({ text, name }) {
  if (space.reading) conductor.stop();
  const back = space.close();
  keeper.clear();
  if (!back && text.trim() === "") return;
  const onclick = () => {
    composer.put(text, name);
    back?.();
  };
  notify("note", "Your text and its annotations were cleared.", { title: "Bring them back", onclick });
}

/** Switches to another model. @param {string|Record<"manifest"|"tokenizer"|"weights", Uint8Array<ArrayBuffer>>} model the address of its folder, or its files */
function change(model) {
  conductor.stop();
  clearErrors();
  settings.model = model;
  settings.refusal = null;
  engine.use(settings);
  if (typeof model === "string") {
    const url = new URL(location.href);
    url.searchParams.set("model", new URL(model).pathname);
    history.replaceState(null, "", url);
  }
  showModels();
  conductor.load(true);
}

async function showModels() {
  const { model } = settings;
  const address = typeof model === "string" ? model : "Your own";
  composer.offer(URL.canParse(address) ? new URL(address).pathname.split("/").at(-2) : undefined);
  models.show(await readModels(document.baseURI), address);
}

/** @param {string} message */
function refuse(message) {
  composer.busy = true;
  status.line("failed", "No model is loaded.");
  notify("error", message, { title: "Use the built-in model", href: location.pathname });
}
