// Measures the built page in Chromium: the cost of a visit and of a long document. The figures depend on the machine and
// its load, so no test checks them.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { longText } from "./figures/long_text.mjs";
import { reading } from "./figures/reading.mjs";
import { table } from "./figures/table.mjs";
import { Transfer } from "./figures/transfer.mjs";
import { visits } from "./figures/visits.mjs";

const DIST = process.env.SPANLIGHT_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "cpu" },
    runs: { type: "string", default: "3" },
    // 0 skips the long document.
    words: { type: "string", default: "100000" },
    json: { type: "boolean", default: false },
  },
});
const { backend, json } = values;
const [runs, words] = [Number(values.runs), Number(values.words)];
if (!(Number.isSafeInteger(runs) && runs > 0 && Number.isSafeInteger(words) && words >= 0)) throw new Error("--runs takes a whole number from 1, --words one from 0");

const all = [];
for (let run = 0; run < runs; run++) all.push(await visits(DIST, backend));

const figures = { machine: `${cpus().length} × ${cpus()[0].model}`, backend, runs, times: {}, transfer: {}, document: null };
for (const visit of ["first", "again", "offline"]) {
  figures.times[visit] = {};
  for (const what of Object.keys(all[0][visit])) figures.times[visit][what] = median(all.map((one) => one[visit][what]));
}
if (words > 0) {
  const { text, ...size } = longText(words);
  figures.document = { ...size, ...(await reading(DIST, backend, text)) };
}
const transfer = new Transfer(DIST);
for (const [until, paths] of Object.entries(all[0].until)) figures.transfer[until] = await transfer.of(paths);

console.log(json ? JSON.stringify(figures, null, 2) : describe(figures));

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function describe({ machine, backend, runs, times, transfer, document }) {
  const seconds = (ms) => (ms / 1000).toFixed(2);
  const names = { first: "first visit", again: "again", offline: "no network" };
  const parts = [
    `${machine}; backend ${backend}; the server is this machine`,
    `Seconds since the visit began, median of ${runs}; an example is read at once`,
    table(
      ["", "accepts input", "model ready", "first result", "longest task"],
      Object.entries(times).map(([visit, { interactive, ready, result, longest }]) => [names[visit], ...[interactive, ready, result, longest].map(seconds)]),
    ),
  ];
  const { total, ...kinds } = transfer.result;
  const bytes = Object.entries({ ...kinds, "in all": total, "in all, until the page opens without a network": transfer.kept.total });
  parts.push(
    "Bytes until the first result of a first visit, without headers",
    table(["", "requests", "as sent", "with brotli"], bytes.map(([kind, { requests, sent, brotli }]) => [kind, requests, sent, brotli])),
  );
  if (document) parts.push(...describeDocument(document));
  return parts.join("\n\n");
}

function describeDocument({ words, sentences, computed, known, seconds, longest, blocked, before, after, marked }) {
  return [
    `A document of ${words} words in ${sentences} sentences, no two the same (${computed} computed, ${known} known): ${marked}`,
    table(
      ["", "before", "after"],
      [
        ["JavaScript heap, MB", before.heap.toFixed(1), after.heap.toFixed(1)],
        ["renderer process, MB", before.process ?? "?", after.process ?? "?"],
      ],
    ),
    table(
      ["seconds", ""],
      [
        ["to read it", seconds.toFixed(1)],
        ["longest task of the main thread", (longest / 1000).toFixed(2)],
        ["all of its tasks beyond 50 ms each", blocked.toFixed(2)],
      ],
    ),
  ];
}
