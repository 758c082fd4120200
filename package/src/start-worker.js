// If the page enforces Trusted Types, the policy allows only addresses of this worker, so that no other text becomes the
// address of a script. A content security policy usually allows one policy of a name; a second copy of the package, such
// as one in a bundle, uses the policy of the first.

import { SpanlightError } from "./error.js";

const WORKER = new URL("./worker.js", import.meta.url).href;
const SHARED = Symbol.for("spanlight: trusted types policy");

let address = null;

/** @returns {Worker} */
export function startWorker() {
  address ??= policy()?.createScriptURL(WORKER) ?? WORKER;
  return new Worker(address, { type: "module", name: "spanlight" });
}

function policy() {
  const { trustedTypes, [SHARED]: shared } = /** @type {any} */ (globalThis);
  if (!trustedTypes || shared) return shared;
  try {
    const made = trustedTypes.createPolicy("spanlight", { createScriptURL });
    Object.defineProperty(globalThis, SHARED, { value: made });
    return made;
  } catch {
    throw new SpanlightError("engine", "The worker could not be started: the page’s content security policy does not allow the policy “spanlight”, or another program has made it. Add “trusted-types spanlight” to it, or pass the option “worker”.");
  }
}

/** @param {string} url */
function createScriptURL(url) {
  if (!new URL(url).pathname.endsWith("/worker.js")) throw new TypeError("the policy “spanlight” allows only the worker of the package");
  return url;
}
