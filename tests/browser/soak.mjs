// A long use of the built page: documents read one after the other in one page, and models loaded and freed. Prints the
// memory as it goes on; no test runs this.
//   node tests/browser/soak.mjs [--documents 1000] [--loads 500]
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { longText } from "./figures/long_text.mjs";
import { table } from "./figures/table.mjs";
import { renderers } from "./renderers.mjs";
import { serve } from "./server.mjs";
import { launch, Visitor } from "./visitor.mjs";

const DIST = process.env.SPANLIGHT_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const TINY = join(import.meta.dirname, "tiny");
const STEPS = 10;
const WORDS = 120;
const PATIENCE = 120_000;

const { values } = parseArgs({ options: { documents: { type: "string", default: "1000" }, loads: { type: "string", default: "500" } } });
const server = await serve({ root: DIST, mounts: { "/models/science": TINY, "/models/general": TINY } });
try {
  if (values.documents !== "0") await soak("documents", Number(values.documents), read);
  if (values.loads !== "0") await soak("loads", Number(values.loads), load);
} finally {
  await server.close();
}

/** @param {string} what @param {number} times @param {(visitor: Visitor, turn: number) => Promise<void>} act */
async function soak(what, times, act) {
  const browser = await launch();
  const visitor = await Visitor.arrive(browser, server.origin);
  await visitor.open("?backend=cpu");
  await visitor.ready(PATIENCE);
  const rows = [];
  const started = Date.now();
  for (let turn = 0; turn <= times; turn++) {
    if (turn % Math.max(1, Math.round(times / STEPS)) === 0) rows.push([turn, ...(await memory(browser, visitor)), ((Date.now() - started) / 1000).toFixed(0)]);
    if (turn < times) await act(visitor, turn);
  }
  console.log(table([what, "JavaScript heap, MB", "page process, MB", "workers", "elements", "seconds"], rows));
  await visitor.leave();
  await browser.close();
}

async function read(visitor, turn) {
  const { text } = longText(WORDS);
  await visitor.extract(`Document ${turn}. ${text.replaceAll(" the ", ` the ${turn} `)}`, PATIENCE);
}

async function load(visitor, turn) {
  await visitor.page.evaluate(() => (document.getElementById("announce").textContent = ""));
  await visitor.page.selectOption("#model", { index: (turn + 1) % 2 });
  await visitor.announced(/^The model is ready/, PATIENCE);
}

/** The heap after a collection, the page's process, its workers and its elements. */
async function memory(browser, visitor) {
  const devtools = await visitor.context.newCDPSession(visitor.page);
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return [(usedSize / 1e6).toFixed(1), (await renderers(browser)) ?? "?", visitor.page.workers().length, await visitor.count("*")];
}
