// The npm package as it is published, with the real engine.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { renderers } from "./renderers.mjs";
import { serve } from "./server.mjs";
import { launch } from "./visitor.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = process.env.SPANLIGHT_PACKAGE ?? here("../../package/build");
const PATIENCE = 10 * 60_000;

let browser, server;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-host-"));
  const [, example] = (await readFile(join(PACKAGE, "README.md"), "utf8")).match(/```html\n(<!doctype[\s\S]*?)```/);
  await writeFile(join(folder, "example.html"), example);
  await writeFile(join(folder, "blank.html"), "<!doctype html><title>host</title>");
  const worker = join(PACKAGE, "src", "worker.js");
  server = await serve({
    root: here("../../www"),
    // The README's example has an inline script, which the policy would forbid.
    open: ["/example.html"],
    mounts: {
      "/example.html": join(folder, "example.html"),
      "/blank.html": join(folder, "blank.html"),
      "/node_modules/spanlight": PACKAGE,
      "/lossy/src/worker.js": here("lossy_worker.js"),
      "/lossy/src/lossy_gpu.js": here("lossy_gpu.js"),
      "/lossy/src/original.js": worker,
      "/lossy": PACKAGE,
      "/models/tiny": here("tiny"),
      "/gold.jsonl": here("../../web/tests/gold.jsonl"),
      "/formats": here("../formats"),
    },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {(page: import("playwright-core").Page) => Promise<void>} body */
const onPage = (name, path, body) =>
  test(name, { timeout: PATIENCE }, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.origin + path);
    await body(page);
    await context.close();
  });

onPage("the README's example runs", "/example.html", async (page) => {
  await page.waitForFunction(() => /\(Task\)|\(Method\)/.test(document.body.textContent), null, { timeout: 120_000 });
  for (let tries = 0; tries < 40 && page.workers().length > 0; tries++) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 0, "it frees what it took");
});

onPage("an evaluation gives the figures of the native program", "/blank.html", async (page) => {
  const { gold, evaluation } = await page.evaluate(async () => {
    const { Extractor } = await import("/node_modules/spanlight/src/index.js");
    const extractor = await Extractor.load("/models/science/", { backend: "cpu" });
    const text = await (await fetch("/gold.jsonl")).text();
    const gold = await extractor.readGold({ name: "gold.jsonl", text });
    return { gold, evaluation: await extractor.evaluate(gold.sentences) };
  });
  assert.deepEqual([gold.format, gold.sentences.length, gold.defects], ["dygie", 50, []]);
  const native = JSON.parse(await readFile(here("../../web/tests/evaluation.json"), "utf8"));
  assert.deepEqual(evaluation.report, native);
  const errors = evaluation.errors.flatMap(({ errors }) => errors);
  const count = (what, side) => errors.filter((one) => one.what === what && one[side] !== null).length;
  const { entity, strict } = native.full;
  assert.deepEqual([count("entity", "gold"), count("entity", "predicted")], [entity.gold - entity.tp, entity.pred - entity.tp]);
  assert.deepEqual([count("relation", "gold"), count("relation", "predicted")], [strict.gold - strict.tp, strict.pred - strict.tp]);
});

onPage("annotated files are read as in the native program, and errors name the place", "/blank.html", async (page) => {
  const names = (await readdir(here("../formats"))).filter((name) => name.endsWith(".expected.json")).map((name) => name.replace(".expected.json", ""));
  assert.ok(names.length >= 8);
  const { found, faults } = await page.evaluate(async (names) => {
    const { Extractor } = await import("/node_modules/spanlight/src/index.js");
    const extractor = await Extractor.load("/models/tiny/", { backend: "cpu" });
    const file = async (name) => ({ name, text: await (await fetch(`/formats/${name}`)).text() });
    const found = {};
    for (const name of names) {
      if (name === "re3d") {
        const [documents, ...parts] = await Promise.all(["documents", "entities", "relations"].map((part) => file(`re3d/${part}.json`)));
        found[name] = await extractor.readGold({ ...documents, parts });
      } else found[name] = await extractor.readGold(await file(name));
    }
    const faults = [];
    const line = '{"tokens":["a","𝔖"],"entities":[],"relations":[]}';
    for (const text of [`${line}\n${line.replace('"entities":[]', '"entities":[{"type":"X","start":1,"end":9}]')}`, "{", "", "{}"]) {
      await extractor.readGold({ name: "my.jsonl", text }).catch(({ name, code, message }) => faults.push([name, code, message]));
    }
    await extractor.readGold({ name: "my.jsonl", text: line, format: "brat" }).catch(({ name, code, message }) => faults.push([name, code, message]));
    return { found, faults };
  }, names);
  for (const name of names) {
    const expected = JSON.parse(await readFile(here(`../formats/${name}.expected.json`), "utf8"));
    assert.deepEqual(found[name], expected, name);
  }
  assert.deepEqual(faults.map(([name, code]) => [name, code]), [...Array(4).fill(["SpanlightError", "data"]), ["SpanlightError", "argument"]]);
  assert.match(faults[0][2], /^my\.jsonl: line 2, field `entities\[0\]`: words \[1, 9\) are not a span of the sentence's 2 words/);
  assert.match(faults[1][2], /^my\.jsonl: line 1: .*cut off/);
  assert.match(faults[2][2], /no sentence found/);
  assert.match(faults[3][2], /line 1 has none of the fields/);
});

onPage("after the loss of a GPU, every sentence is delivered once", "/blank.html", async (page) => {
  // The first blocks have 8 sentences, so two GPUs are lost before the last sentence.
  const text = Array.from({ length: 30 }, (_, i) => `Anna works in lab ${i}.`).join(" ");
  const found = await page.evaluate(async (text) => {
    const { Extractor } = await import("/lossy/src/index.js");
    const extractor = await Extractor.load("/models/tiny/", { backend: "webgpu" });
    const first = extractor.info;
    const why = [];
    extractor.addEventListener("fallback", ({ detail }) => why.push(detail));
    const found = [];
    for await (const sentence of extractor.extract(text)) found.push(sentence);
    const sound = await Extractor.load("/models/tiny/", { backend: "cpu" });
    const expected = [];
    for await (const sentence of sound.extract(text)) expected.push(sentence);
    return { first, why, found, expected, backends: extractor.backends };
  }, text);
  assert.equal(found.first.backend, "webgpu", found.first.note);
  // This worker loses every GPU, so the second one is lost too.
  assert.equal(found.why.length, 2, found.why.join());
  assert.equal(found.backends.active, "cpu");
  const places = (sentences) => sentences.map(({ start, entities }) => [start, entities.map(({ start, end, type }) => [start, end, type])]);
  assert.equal(found.found.length, 30);
  assert.deepEqual(places(found.found), places(found.expected));
});

onPage("loading and freeing fifty models leaks no memory", "/blank.html", async (page) => {
  const cycle = (times) =>
    page.evaluate(async (times) => {
      const { Extractor } = await import("/node_modules/spanlight/src/index.js");
      for (let i = 0; i < times; i++) {
        const extractor = await Extractor.load("/models/tiny/", { backend: "cpu" });
        const { computed } = await extractor.read("anna works for acme in rome .");
        if (computed !== 1) throw new Error("nothing was computed");
        extractor.free();
      }
    }, times);
  await cycle(5);
  const before = await renderers(browser);
  await cycle(50);
  for (let tries = 0; tries < 40 && page.workers().length > 0; tries++) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 0);
  const after = await renderers(browser);
  // A single leaked instance takes more than this.
  if (before !== null) assert.ok(after - before < 150, `${before} MB became ${after} MB`);
});
