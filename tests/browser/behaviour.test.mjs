// The page with a stub in place of the wasm module; needs no build.
import assert from "node:assert/strict";
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

visit("a text submitted during the load is read once the model is loaded", async (visitor) => {
  await visitor.open();
  await visitor.page.fill("#text", "Task:parsing with Method:trees.");
  await visitor.page.keyboard.press("Control+Enter");
  await visitor.announced(/^Done: 2 entities and 1 relation in 1 sentence/);
});

visit("after a panic on WebGPU, the text is read on the processor", async (visitor) => {
  await visitor.open("?backend=webgpu");
  await visitor.ready();
  await visitor.extract("Method:a for Task:b.\nPANIC Task:c.");
  assert.match((await visitor.texts(".notice"))[0], /^WebGPU failed; the work goes on.*Your text is kept/);
  assert.doesNotMatch((await visitor.texts(".notice")).join(), /unreachable/);
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

visit("what JavaScript says about a mistake is not shown", async (visitor) => {
  await visitor.open("?backend=cpu");
  await visitor.ready();
  await visitor.page.fill("#text", "Task:a ODD.");
  await visitor.page.click("#extract");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /The engine made a mistake and could not finish. Try again/);
});

visit("a cancelled extraction keeps the finished sentences", async (visitor) => {
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

visit("a module that does not react to a cancellation is terminated, and can be used again", async (visitor) => {
  await visitor.open();
  await visitor.ready();
  await visitor.page.fill("#text", "Task:a.\nHANG.");
  await visitor.page.click("#extract");
  await visitor.page.waitForSelector(".sentence");
  await visitor.page.click("#cancel");
  await visitor.announced(/^Stopped/);
  await visitor.extract("Task:a.");
});

visit("a reload reads the model from the cache", async (visitor) => {
  const downloads = () => server.requests.filter((path) => path === "/models/science/weights.safetensors").length;
  await visitor.open();
  await visitor.ready();
  const first = downloads();
  await visitor.open();
  await visitor.ready();
  assert.equal(downloads(), first);
});

visit("a damaged copy in the cache is fetched again", async (visitor) => {
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

visit("a tampered part is named, refused and not cached", async (visitor) => {
  await visitor.open("?model=models/tampered");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /weights\.safetensors/);
  const kept = await visitor.page.evaluate(async () => (await (await caches.open("spanlight-parts-v1")).keys()).length);
  assert.equal(kept, 1, "only the tokenizer is undamaged");
});

visit("a model of another site is refused without a request to it", async (visitor) => {
  await visitor.open("?model=https://example.org/model");
  assert.match((await visitor.texts(".notice-error"))[0], /its own site only/);
  assert.equal(await visitor.page.isDisabled("#extract"), true);
});

visit("an address with an escape of no character is no obstacle for the menu", async (visitor) => {
  await visitor.open("?model=%25E0%25A4%25A");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /manifest\.json.*404/);
  await visitor.eventually(() => visitor.page.locator("#model option").allInnerTexts(), ["Science", "General", "%E0%A4%A", "Your own …"]);
});

visit("another model of the same site can be chosen", async (visitor) => {
  await visitor.open("?model=/models/other&backend=quantum");
  await visitor.ready();
  assert.match((await visitor.texts(".notice"))[0], /quantum/);
  assert.ok(server.requests.includes("/models/other/weights.safetensors"));
});

visit("a missing model is reported, and the load can be retried", async (visitor) => {
  await visitor.open("?model=models/absent");
  await visitor.page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /manifest\.json.*404/);
  await visitor.page.click(".notice-error .quiet");
  await visitor.page.waitForSelector(".notice-error");
});
