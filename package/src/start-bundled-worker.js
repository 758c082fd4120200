// In the place of start-worker.js where package.json is heeded, which only bundlers do: they know a worker by
// exactly these words.

/** @returns {Worker} */
export const startWorker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "spanlight" });
