import { InputError, told } from "../input_error.js";
import { clearErrors, notify } from "../notices.js";
import { announce } from "../say.js";
import { readFiles } from "./files.js";

/**
 * Opens files: a text, an annotated document, gold annotations, or a model.
 * @param {File[]} files
 * @param {{composer: import("../composer.js").Composer, space: import("../document/workspace.js").Workspace, result: import("../result.js").Result,
 *   engine: import("../engine.js").Engine, onModel: (parts: Record<"manifest"|"tokenizer"|"weights", Uint8Array<ArrayBuffer>>) => void}} page
 */
export async function open(files, page) {
  clearErrors();
  try {
    const found = await readFiles(files);
    if (found.kind === "model") return page.onModel(found.parts);
    for (const note of found.notes ?? []) notify("note", note);
    if (found.kind === "gold" || (page.result.scoring && found.kind === "document")) await page.result.scoreFile(found);
    else if (found.kind === "document") annotate(found, page);
    else if (page.result.scoring) throw new InputError(`${files[0].name} has no annotations that spanlight reads, so there is nothing to score. Your text was not changed.`);
    else page.composer.put(found.text, found.name);
  } catch (error) {
    notify("error", told(error));
  }
}

/** Shows an annotated document. @param {import("./files.js").DocumentFile} file */
function annotate({ document, name }, { composer, space, result, engine }) {
  const types = engine.info ?? space.schema?.keep() ?? { entities: [], relations: [], symmetric: [] };
  space.open({ document, types, name });
  composer.put(document.text, name);
  announce(`Opened: ${result.summary}`);
}
