import { SpanlightError } from "../error.js";
import { Extractor } from "../extractor.js";

// Milliseconds that an unused extractor stays: a page that moves or replaces an element should not load the model
// again.
const GRACE = 2000;

/**
 * A shared extractor; `giveBack` ends its use by one element.
 * @typedef {{extractor: Extractor, giveBack: () => void}} Loan
 */

/** @type {Map<string, {extractor: Extractor, borrowers: number, timer: any}>} */
const lent = new Map();

/**
 * Returns the shared extractor of a model and backend. It is freed two seconds after its last user gave it back.
 * @param {string} model address of a model's folder, or NAME for `models/NAME/` beside the page
 * @param {string|null} backend
 * @returns {Loan}
 */
export function borrow(model, backend) {
  const address = addressOf(model);
  const key = JSON.stringify([address, backend]);
  const entry = lent.get(key) ?? { extractor: new Extractor(address, { backend: preference(backend) }), borrowers: 0, timer: 0 };
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
function preference(backend) {
  if (backend === null || backend === "auto") return "auto";
  if (backend === "webgpu" || backend === "cpu") return backend;
  throw new SpanlightError("argument", `the attribute “backend” is “${backend}”; use auto, webgpu or cpu.`);
}
