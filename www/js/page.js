import { Composer } from "./composer.js";
import { Conductor } from "./conductor.js";
import { Workspace } from "./document/workspace.js";
import { byId } from "./dom.js";
import { Engine } from "./engine.js";
import { listenDrop } from "./imports/drop.js";
import { open } from "./imports/opening.js";
import { ModelMenu, readModels } from "./model_menu.js";
import { clearErrors, notify } from "./notices.js";
import { watchOffline } from "./offline_notices.js";
import { Progress } from "./progress.js";
import { Result } from "./result.js";
import { announce, toast } from "./say.js";
import { readSettings } from "./settings.js";
import { Status } from "./status.js";
import { keepDraft, recallDraft } from "./store/draft.js";
import { Keeper } from "./store/keeper.js";

const settings = readSettings(location.search, document.baseURI);
const engine = new Engine();
const space = new Workspace();
const composer = new Composer();
const status = new Status();
const models = new ModelMenu();
const conductor = new Conductor(engine, space, new Progress(), status);
const result = new Result(space, engine, { announce, toast, rewrite: (place) => conductor.rewrite(place, result.reading.rows[place]) });
const keeper = new Keeper(space, byId("keep-work"), (message) => notify("note", message));
const openFiles = (files) => open(files, { composer, space, result, engine, onModel: change });

composer.addEventListener("run", read);
composer.addEventListener("change", () => keepDraft(composer.text));
composer.addEventListener("files", ({ detail }) => openFiles(detail));
composer.addEventListener("clear", ({ detail }) => clear(detail));
space.addEventListener("open", () => composer.clearable(true));
space.addEventListener("close", () => composer.clearable(false));
conductor.addEventListener("end", ({ detail }) => rest(detail));
models.addEventListener("choose", ({ detail }) => change(detail.address));
models.addEventListener("own", () => notify("note", "Drop the three files of your model onto this page, or open them together: manifest.json, tokenizer.json and weights.safetensors. “spanlight export” writes them."));
byId("score-open").addEventListener("click", () => composer.choose());
listenDrop(openFiles);

watchOffline(status);
for (const note of settings.notes) notify("note", note);
engine.use(settings);
showModels();
restore();
if (settings.refusal) refuse(settings.refusal);
else if (navigator.connection?.saveData) status.line("waiting", "To save data, the model is downloaded only when you press Extract.");
else conductor.load();

/** Restores the draft of this tab, or else the stored text. */
async function restore() {
  const [draft, text] = [recallDraft(), await keeper.restore()];
  if (composer.text === "" && (draft || text)) composer.put(draft || text, draft && draft !== text ? "text" : space.name);
}

function read() {
  composer.busy = true;
  clearErrors();
  conductor.read(() => composer, {
    onStart() {
      composer.busy = true;
      keeper.hold();
    },
    onEnd: () => result.summary,
  });
}

/** @param {{error: Error|null, stopped: boolean}} end */
function rest({ error, stopped }) {
  composer.busy = false;
  keeper.release();
  if (!error || stopped) return;
  if (engine.info) return notify("error", error.message);
  status.line("failed", "The model could not be loaded.");
  notify("error", error.message, { title: "Try again", onclick: () => conductor.load() });
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

/** Switches to another model. @param {string|Record<"manifest"|"tokenizer"|"weights", Uint8Array>} model the address of its folder, or its files */
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
