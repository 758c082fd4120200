const BACKENDS = ["auto", "webgpu", "cpu"];
const MODEL = "models/science/";

/**
 * The settings in the page's address.
 * @typedef {{model: string|Record<"manifest"|"tokenizer"|"weights", Uint8Array<ArrayBuffer>>, backend: "auto"|"webgpu"|"cpu", notes: string[], refusal: string|null}} Settings
 */

/**
 * @param {string} search the query part of the address
 * @param {string} base the address of the page
 * @returns {Settings}
 */
export function readSettings(search, base) {
  const query = new URLSearchParams(search);
  /** @type {Settings} */ const settings = { model: new URL(MODEL, base).href, backend: "auto", notes: [], refusal: null };

  const backend = query.get("backend");
  if (BACKENDS.includes(backend)) settings.backend = /** @type {Settings["backend"]} */ (backend);
  else if (backend !== null) settings.notes.push(`There is no backend called “${backend}”, so it is chosen automatically. Use auto, webgpu or cpu.`);

  const asked = query.get("model");
  if (asked !== null) {
    const model = sameOriginFolder(asked, base);
    if (model) settings.model = model;
    else settings.refusal = `The model “${asked}” was not loaded: spanlight reads models from its own site only.`;
  }
  return settings;
}

/** @param {string} path @param {string} base @returns {string|null} */
function sameOriginFolder(path, base) {
  if (!URL.canParse(path, base)) return null;
  const url = new URL(path, base);
  if (url.origin !== new URL(base).origin) return null;
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
