// If the page enforces Trusted Types, the policy allows only this one address, so that no other text becomes the
// address of a script.

const WORKER = new URL("./worker.js", import.meta.url).href;

let address = null;

/** @returns {Worker} */
export function startWorker() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  address ??= trustedTypes?.createPolicy("spanlight", { createScriptURL: () => WORKER }).createScriptURL("") ?? WORKER;
  return new Worker(address, { type: "module", name: "spanlight" });
}
