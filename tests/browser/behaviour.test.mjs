// What the page does around the model, with a stub in the model's place: needs no build.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engineMounts, writeModelStub } from "./model_stub.mjs";
import { serve } from "./server.mjs";
import { launch, Visitor } from "./visitor.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

let browser, server, model;

before(async () => {
  model = await writeModelStub();
  server = await serve({
    root: here("../../www"),
    mounts: { ...(await engineMounts()), "/models/science": model, "/models/other": model },
    tampered: { "/models/tampered": model },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {(visitor: Visitor) => Promise<void>} visit */
const visit = (name, visit, options) =>
  test(name, async () => {
    const visitor = await Visitor.arrive(browser, server.origin, options);
    await visit(visitor);
    await visitor.leave();
  });

visit("text pressed to extract during the load is read once the model is there", async (visitor) => {
  await visitor.open();
  await visitor.page.fill("#text", "Task:parsing with Method:trees.");
  await visitor.page.keyboard.press("Control+Enter");
  await visitor.announced(/^Done: 2 entities and 1 relation in 1 sentence/);
});

visit("spans nest and keep the text and its line breaks", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  const text = "A [Material: big Task:set] here.\nThen Method:one, Method:two\n\nand Metric:three.";
  await visitor.extract(text);
  assert.equal(await visitor.count(".entity .entity"), 1);
  const shown = await visitor.page.locator(".sentence-text").evaluateAll((all) => all.map((one) => one.textContent));
  assert.equal(shown.join("\n"), text.replace("\n\n", "\n"));
  assert.equal(await visitor.page.locator(".sentence").nth(2).evaluate((one) => one.classList.contains("paragraph")), true);
});

visit("crossing spans are cut so that they nest", async (visitor) => {
  await visitor.open();
  const pieces = await visitor.page.evaluate(async () => {
    const { nest } = await import("/js/spans.js");
    const flatten = (nodes) => nodes.flatMap(({ start, end, piece, children }) => (piece ? [[piece.entity.id, start, end, piece.first, piece.last], ...flatten(children)] : []));
    return flatten(nest([{ id: 0, start: 0, end: 6 }, { id: 1, start: 4, end: 9 }], 0, 12));
  });
  assert.deepEqual(pieces, [[0, 0, 6, true, true], [1, 4, 6, true, false], [1, 6, 9, false, true]]);
});

visit("a directed relation has an arrowhead and a symmetric one has none", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract("Method:a for Task:b, Task:c.");
  assert.deepEqual(await visitor.page.locator(".arc-label").allTextContents(), ["used for", "conjunction"]);
  assert.deepEqual(await visitor.page.locator(".arc").evaluateAll((arcs) => arcs.map((arc) => arc.querySelectorAll(".arc-tip").length)), [1, 0]);
});

visit("a sentence with many relations draws those of the entity in focus", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract(`${Array.from({ length: 12 }, (_, i) => `Task:t${i}`).join(" ")}.`);
  assert.equal(await visitor.count(".arc"), 0);
  await visitor.page.locator(".entity").nth(3).focus();
  assert.equal(await visitor.count(".arc.active"), 2);
  await visitor.page.locator('#arc-mode input[value="all"]').check({ force: true });
  assert.equal(await visitor.count(".arc"), 11);
});

visit("the keyboard walks entities, selects and lets go", async (visitor) => {
  const { page } = visitor;
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await visitor.open();
  await visitor.ready();
  await visitor.extract("Method:a for Task:b.\nMetric:c of Task:d.");
  assert.equal(await visitor.count('.entity[tabindex="0"]'), 1);
  await page.locator('.entity[tabindex="0"]').focus();
  assert.match(await focused(), /^Method:a, method, score 0\.50, 1 relation$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^Task:b/);
  await page.keyboard.press("ArrowDown");
  assert.match(await focused(), /^Metric:c/);
  await page.keyboard.press("Enter");
  assert.equal(await visitor.count('.entity[aria-current="true"]'), 1);
  assert.equal(await visitor.count("#entity-table tr.picked"), 1);
  await page.keyboard.press("Escape");
  assert.equal(await visitor.count("[aria-current]"), 0);
});

visit("a type can be hidden, with the relations that need it", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract("Method:a for Task:b, Task:c.");
  await visitor.page.click('#legend [data-type="Method"]');
  assert.equal(await visitor.count(".reading .entity:not(.off)"), 2);
  assert.equal(await visitor.count("#entity-table tbody tr"), 2);
  assert.equal(await visitor.count("#relation-table tbody tr"), 1);
  assert.equal(await visitor.page.getAttribute('#legend [data-type="Method"]', "aria-pressed"), "false");
});

visit("tables sort by a press on a column's head", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract("Task:b Task:c Task:a.");
  const column = () => visitor.texts("#entity-table tbody th");
  await visitor.page.click("#entity-table thead button >> nth=0");
  assert.deepEqual(await column(), ["Task:a", "Task:b", "Task:c"]);
  await visitor.page.click("#entity-table thead button >> nth=0");
  assert.deepEqual(await column(), ["Task:c", "Task:b", "Task:a"]);
  assert.equal(await visitor.page.getAttribute("#entity-table thead th >> nth=0", "aria-sort"), "descending");
});

visit("the findings can be downloaded as JSON with offsets into the text", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract("𝔖 Method:a for Task:b.");
  const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.click("#download")]);
  const data = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.deepEqual(data.entities.map(({ start, end }) => data.text.slice(start, end)), ["Method:a", "Task:b"]);
  assert.deepEqual(data.relations.map(({ head, tail, type }) => [head, tail, type]), [[0, 1, "USED-FOR"]]);
});

visit("a module that panics is replaced by the processor, and the text is read again", async (visitor) => {
  await visitor.open("?backend=webgpu");
  await visitor.ready();
  await visitor.extract("Method:a for Task:b.\nPANIC Task:c.");
  assert.match((await visitor.texts(".notice"))[0], /unreachable executed.*Your text is kept/);
  assert.match(await visitor.page.innerText("#status"), /Processor/);
  assert.equal(await visitor.count(".reading .entity"), 3);
  assert.match(await visitor.page.inputValue("#text"), /PANIC/);
});

visit("an extraction that fails on the processor is reported", async (visitor) => {
  await visitor.open("?backend=cpu");
  await visitor.ready();
  await visitor.page.fill("#text", "Task:a FAIL.");
  await visitor.page.click("#extract");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /asked to fail/);
});

visit("a cancelled extraction keeps what was read", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.page.fill("#text", "Task:a.\n".repeat(3) + Array.from({ length: 30 }, (_, i) => `SLOW Task:b${i}.\n`).join(""));
  await visitor.page.click("#extract");
  await visitor.page.waitForSelector(".sentence >> nth=3");
  await visitor.page.click("#cancel");
  await visitor.announced(/^Stopped/);
  assert.ok((await visitor.count(".sentence")) < 33);
  assert.equal(await visitor.page.isVisible(".rest"), true);
});

visit("a module that does not let itself be cancelled is ended, and can be used again", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.page.fill("#text", "Task:a.\nHANG.");
  await visitor.page.click("#extract");
  await visitor.page.waitForSelector(".sentence");
  await visitor.page.click("#cancel");
  await visitor.announced(/^Stopped/);
  await visitor.extract("Task:a.");
});

visit("a reload takes the model from the cache", async (visitor) => {
  const downloads = () => server.requests.filter((path) => path === "/models/science/weights.safetensors").length;
  await visitor.open();
  await visitor.ready();
  const first = downloads();
  await visitor.open();
  await visitor.ready();
  assert.equal(downloads(), first);
});

visit("a spoilt copy in the cache is fetched again", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.page.evaluate(async () => {
    const cache = await caches.open("spanlight-parts-v1");
    for (const request of await cache.keys()) await cache.put(request, new Response("spoilt"));
  });
  const before = server.requests.length;
  await visitor.open();
  await visitor.ready();
  assert.ok(server.requests.slice(before).includes("/models/science/weights.safetensors"));
});

visit("a tampered part is refused by name and is not kept", async (visitor) => {
  await visitor.open("?model=models/tampered");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /weights\.safetensors/);
  const kept = await visitor.page.evaluate(async () => (await (await caches.open("spanlight-parts-v1")).keys()).length);
  assert.equal(kept, 1, "only the tokenizer is sound");
});

visit("a model of another site is refused without asking for it", async (visitor) => {
  await visitor.open("?model=https://example.org/model");
  assert.match((await visitor.texts(".notice-error"))[0], /its own site only/);
  assert.equal(await visitor.page.isDisabled("#extract"), true);
});

visit("another model of the same site can be chosen", async (visitor) => {
  await visitor.open("?model=/models/other&backend=quantum");
  await visitor.ready();
  assert.match((await visitor.texts(".notice"))[0], /quantum/);
  assert.ok(server.requests.includes("/models/other/weights.safetensors"));
});

visit("a missing model is reported, and can be tried again", async (visitor) => {
  await visitor.open("?model=models/absent");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /manifest\.json.*404/);
  await visitor.page.click(".notice-error .quiet");
  await visitor.page.waitForSelector(".notice-error");
});

visit("nothing is wider than a phone", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.extract(`${"Method:long_name for Task:another_long_name and ".repeat(6)}.`);
  const [page, window] = await visitor.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(page <= window, `${page} > ${window}`);
}, { viewport: { width: 360, height: 740 } });
