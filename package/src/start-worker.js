// Browsers that guard the addresses of scripts get a policy that can say one address only, so no
// text ever becomes a script's address.

const WORKER = new URL("./worker.js", import.meta.url).href;

let address = null;

/** @returns {Worker} */
export function startWorker() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  address ??= trustedTypes?.createPolicy("spanlight", { createScriptURL: () => WORKER }).createScriptURL("") ?? WORKER;
  return new Worker(address, { type: "module", name: "spanlight" });
}
