import { SpanlightError } from "../error.js";
import { Extractor } from "../extractor.js";

// A page that moves an element, or replaces one, should not load the model again.
const GRACE = 2000;

/**
 * An extractor that others use too.
 * @typedef {{extractor: Extractor, giveBack: () => void}} Loan
 */

/** @type {Map<string, {extractor: Extractor, borrowers: number, timer: any}>} */
const lent = new Map();

/**
 * The one extractor of a model, freed when nobody has needed it for a while.
 * @param {string} model address of a model's folder, or a name
 * @param {string|null} backend
 * @returns {Loan}
 */
export function borrow(model, backend) {
  const address = addressOf(model);
  const key = JSON.stringify([address, backend]);
  const entry = lent.get(key) ?? { extractor: new Extractor(address, { backend: wish(backend) }), borrowers: 0, timer: 0 };
  lent.set(key, entry);
  clearTimeout(entry.timer);
  entry.borrowers += 1;
  const giveBack = () => {
    entry.borrowers -= 1;
    if (entry.borrowers === 0) entry.timer = setTimeout(() => free(key), GRACE);
  };
  return { extractor: entry.extractor, giveBack };
}

/** @param {string} key */
function free(key) {
  lent.get(key)?.extractor.free();
  lent.delete(key);
}

/** @param {string} model */
function addressOf(model) {
  if (model === "") throw new SpanlightError("argument", "the attribute “model” is missing; give it the address of a model's folder.");
  const url = new URL(/^[\w-]+$/.test(model) ? `models/${model}/` : model, document.baseURI);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/** @param {string|null} backend @returns {"auto"|"webgpu"|"cpu"} */
function wish(backend) {
  if (backend === null || backend === "auto") return "auto";
  if (backend === "webgpu" || backend === "cpu") return backend;
  throw new SpanlightError("argument", `there is no backend “${backend}”; use auto, webgpu or cpu.`);
}
