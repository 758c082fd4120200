// The built page with the real engine and models: the first steps of a visitor.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { renderers } from "./renderers.mjs";
import { serve } from "./server.mjs";
import { launch, Visitor } from "./visitor.mjs";

const DIST = process.env.SPANLIGHT_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const TINY = process.env.SPANLIGHT_TINY_MODEL ?? join(import.meta.dirname, "tiny");
const SHOTS = process.env.SPANLIGHT_SHOTS ?? join(tmpdir(), "spanlight-shots");
// A software adapter takes minutes, a GPU seconds.
const PATIENCE = 10 * 60_000;
const LOAD = 120_000;

let browser, server;

before(async () => {
  server = await serve({
    root: DIST,
    mounts: { "/models/tiny": TINY },
    tampered: { "/models/tampered": TINY },
  });
  browser = await launch();
  await mkdir(SHOTS, { recursive: true });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {(visitor: Visitor) => Promise<void>} visit */
const visit = (name, visit, { skip, ...options } = {}) =>
  test(name, { skip, timeout: PATIENCE }, async () => {
    const visitor = await Visitor.arrive(browser, server.origin, options);
    await visit(visitor);
    await visitor.leave();
  });

async function pickExample(visitor, index) {
  await visitor.page.click(`#examples .chip >> nth=${index}`);
  await visitor.page.click("#extract");
  await visitor.announced(/^Done/, PATIENCE);
}

visit("the model loads on the processor, and an example is read", async (visitor) => {
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  assert.equal(await visitor.page.$eval("#progress-bar", (bar) => bar.value), 1);
  assert.match(await visitor.page.innerText("#status"), /Processor/);

  await pickExample(visitor, 0);
  await visitor.eventually(async () => (await visitor.count(".reading .entity")) > 0, true);
  assert.match(await visitor.page.innerText("#status"), /Computing/);
  const [, found] = (await visitor.page.innerText("#summary")).match(/and (\d+) relations/);
  await visitor.page.locator('#arc-mode input[value="all"]').check({ force: true });
  await visitor.sees(".arc", Number(found));
  await visitor.page.click("#tab-tables");
  await visitor.sees("#relation-table tbody tr", Number(found));
});

visit("the whole text is read, and the marks contain its words", async (visitor) => {
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  await pickExample(visitor, 1);
  const text = await visitor.page.inputValue("#text");
  const shown = await visitor.page.locator(".sentence-text, .between:not([hidden])").evaluateAll((all) => all.map((one) => one.textContent));
  assert.equal(shown.join(" ").replace(/\s+/g, " "), text.replace(/\s+/g, " "));
  assert.equal(await visitor.page.isVisible(".rest"), false);
});

visit("WebGPU is used on request", async (visitor) => {
  await visitor.open("?backend=webgpu&model=models/tiny");
  await visitor.ready(PATIENCE);
  assert.match(await visitor.page.innerText("#status"), /WebGPU/);
  await visitor.page.fill("#text", "We use a parser for translation.");
  await visitor.page.click("#extract");
  await visitor.announced(/^Done/, PATIENCE);
  assert.equal(await visitor.count(".notice-error"), 0);
  assert.doesNotMatch((await visitor.texts(".notice")).join(), /The engine stopped/);
});

visit("the model explains a relation, and computes only changed sentences again", async (visitor) => {
  const { page } = visitor;
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  await pickExample(visitor, 0);
  await visitor.eventually(async () => (await visitor.count(".arc")) > 0, true);
  await page.locator(".arc rect.arc-target").first().click();
  await page.waitForSelector(".bars");
  const shares = await page.locator(".bars").first().locator(".bar-share").allInnerTexts();
  assert.equal(shares.length, 5);
  const sum = shares.reduce((total, share) => total + Number.parseFloat(share), 0);
  assert.ok(Math.abs(sum - 100) < 3, `the model looked at ${sum} % of the sentence`);
  assert.ok((await visitor.count(".heat")) >= 3);
  assert.match(await page.locator(".bars").nth(1).innerText(), /no relation/);

  const sentences = await visitor.count(".sentence");
  const text = await page.inputValue("#text");
  await visitor.extract(text.replace("rare entity types", "rare kinds of entities"), PATIENCE);
  await visitor.eventually(async () => /1 computed, (\d+) known/.exec(await page.innerText("#status"))?.[1], String(sentences - 1));
});

visit("the model is scored against annotated sentences", async (visitor) => {
  const { page } = visitor;
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  await pickExample(visitor, 0);
  const exported = await gold(visitor);
  await page.click("#tab-score");
  // The model's own predictions as gold give no error.
  await visitor.openFiles({ name: "gold.jsonl", text: exported });
  await visitor.announced(/^Scored: F1 of entities 100\.0, of relations, strict, 100\.0/, PATIENCE);
  await visitor.openFiles({ name: "gold.jsonl", text: exported.replaceAll('"label":"Task"', '"label":"Method"') });
  await visitor.announced(/^Scored: F1 of entities [1-9]\d\.\d/, PATIENCE);
  assert.match(await page.innerText(".faults"), /Wrong type: entity/);
});

/** The findings in the training format. */
async function gold(visitor) {
  await visitor.page.click("#export");
  await visitor.page.locator('input[value="jsonl"]').check();
  const { text } = await visitor.download("dialog[open] .primary");
  await visitor.page.keyboard.press("Escape");
  return text;
}

visit("the General model can be chosen from the menu and reads its own examples", async (visitor) => {
  const { page } = visitor;
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  const science = await visitor.texts("#examples .chip:not([hidden])");
  await page.selectOption("#model", { label: "General" });
  await visitor.eventually(async () => (await visitor.texts("#examples .chip:not([hidden])")).join() !== science.join(), true);
  await page.waitForFunction(() => /general \(format/.test(document.getElementById("status").innerText), null, { timeout: LOAD });
  await pickExample(visitor, 0);
  // The marks are drawn shortly after the announcement.
  const tags = () => page.locator(".reading .entity").evaluateAll((all) => new Set(all.map((one) => one.dataset.tag)).size);
  await visitor.eventually(async () => (await tags()) >= 3, true);
  await page.screenshot({ path: join(SHOTS, "general.png"), fullPage: true });
  await page.click("#tab-tables");
  await visitor.eventually(async () => (await visitor.count("#relation-table tbody tr")) > 0, true);
});

test("twenty changes of the model leave one worker, and the memory stays flat", { timeout: PATIENCE }, async () => {
  // The menu's two models are the tiny one, so that a change takes no time.
  const small = await serve({ root: DIST, mounts: { "/models/science": TINY, "/models/general": TINY } });
  const alone = await launch();
  try {
    const visitor = await Visitor.arrive(alone, small.origin);
    const { page } = visitor;
    await visitor.open("?backend=cpu");
    await visitor.ready(LOAD);
    const change = async (times) => {
      for (let i = 0; i < times; i++) {
        await page.evaluate(() => (document.getElementById("announce").textContent = ""));
        await page.selectOption("#model", { index: (await page.locator("#model").evaluate((menu) => menu.selectedIndex)) === 0 ? 1 : 0 });
        await visitor.announced(/^The model is ready/, LOAD);
      }
    };
    await change(4);
    const before = await renderers(alone);
    await change(20);
    await visitor.eventually(async () => page.workers().length, 1);
    const after = await renderers(alone);
    // A worker that is not ended keeps more than this for every five changes.
    if (before !== null) assert.ok(after - before < 60, `${before} MB became ${after} MB`);
    await visitor.extract("Anna works for Acme in Rome.", LOAD);
    await visitor.leave();
  } finally {
    await alone.close();
    await small.close();
  }
});

visit("a tampered model is refused, and the part is named", async (visitor) => {
  await visitor.open("?backend=cpu&model=models/tampered");
  await visitor.page.waitForSelector(".notice-error", { timeout: LOAD });
  assert.match((await visitor.texts(".notice-error"))[0], /weights\.safetensors/);
});

visit("a reload reads the model from the cache", async (visitor) => {
  const downloads = () => server.requests.filter((path) => path.endsWith("/science/weights.safetensors")).length;
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  const first = downloads();
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  assert.equal(downloads(), first);
});

visit("markup in the text stays text", async (visitor) => {
  await visitor.open("?backend=cpu");
  await visitor.ready(LOAD);
  const text = `We train <img src=x onerror="window.broken=1"> a parser <script>window.broken=1</script> for translation & parsing.`;
  await visitor.extract(text, PATIENCE);
  assert.equal(await visitor.page.evaluate(() => window.broken), undefined);
  assert.equal(await visitor.count("#result img, #result script"), 0);
  const shown = await visitor.page.locator(".sentence-text, .between:not([hidden])").evaluateAll((all) => all.map((one) => one.textContent));
  assert.equal(shown.join(" ").replace(/\s+/g, " "), text);
});

const SIGHTS = {
  "desktop-light": { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  "desktop-dark": { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  "phone-360": { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

for (const [name, options] of Object.entries(SIGHTS)) {
  visit(`the page is seen: ${name}`, async (visitor) => {
    await visitor.open("?backend=cpu");
    await visitor.ready(LOAD);
    await pickExample(visitor, 0);
    await visitor.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    const [page, window] = await visitor.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(page <= window, `${page} is wider than ${window}`);
  }, options);
}
