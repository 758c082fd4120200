// Replaces start-worker.js in bundles, through the field "browser" of package.json. Bundlers recognise a worker only
// by exactly this expression.

/** @returns {Worker} */
export const startWorker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "spanlight" });
