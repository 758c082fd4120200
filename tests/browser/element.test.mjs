// The custom element with a stub in place of the wasm module; needs no build.
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engineMounts, writeModelStub } from "./model_stub.mjs";
import { serve } from "./server.mjs";
import { launch } from "./visitor.mjs";

const PAGE = `<!doctype html><title>host</title><script type="module" src="/spanlight/element.js"></script>
<link rel="stylesheet" href="/host.css">
<spanlight-text id="one" model="plain" backend="cpu">We use Method:trees for Task:parsing &lt;img src=x onerror="window.broken=1"&gt; and Metric:f1.</spanlight-text>
<spanlight-text id="two" model="/models/plain" backend="cpu">Another Task:b.</spanlight-text>`;
const CSS = `#one { --spanlight-1: rgb(1, 2, 3); } #one::part(entity-Metric) { letter-spacing: 3px; }`;

let browser, server;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-element-"));
  await writeFile(join(folder, "host.html"), PAGE);
  await writeFile(join(folder, "host.css"), CSS);
  server = await serve({
    root: fileURLToPath(new URL("../../www", import.meta.url)),
    mounts: { ...(await engineMounts()), "/host.html": join(folder, "host.html"), "/host.css": join(folder, "host.css"), "/models/plain": await writeModelStub() },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {(page: import("playwright-core").Page) => Promise<void>} body */
const onPage = (name, body) =>
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => /content security policy|trusted type/i.test(message.text()) && problems.push(message.text()));
    await page.goto(`${server.origin}/host.html`);
    await page.waitForSelector("#one:not([busy]) mark");
    await page.waitForSelector("#two:not([busy]) mark");
    await body(page);
    await context.close();
    assert.deepEqual(problems, []);
  });

onPage("entities are marked with their types, and the text is unchanged", async (page) => {
  assert.deepEqual(await page.locator('#one [part="label"]').allTextContents(), ["method", "task", "metric"]);
  const text = await page.locator('#one [part="text"]').evaluate((element) => {
    const copy = element.cloneNode(true);
    for (const label of copy.querySelectorAll('[part="label"]')) label.remove();
    return copy.textContent.replace(/\s+/g, " ");
  });
  assert.equal(text, 'We use Method:trees for Task:parsing <img src=x onerror="window.broken=1"> and Metric:f1.');
  assert.equal(await page.evaluate(() => window.broken), undefined);
});

onPage("copied text is the text without its labels", async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = await page.locator("#two").evaluate(async (element) => {
    getSelection().selectAllChildren(element.shadowRoot.querySelector('[part="text"]'));
    document.execCommand("copy");
    return navigator.clipboard.readText();
  });
  assert.equal(copied.trim(), "Another Task:b.");
});

onPage("the host can style colours and parts", async (page) => {
  const style = (selector, property) => page.locator(selector).evaluate((element, name) => getComputedStyle(element)[name], property);
  assert.equal(await style('#one mark[part~="entity-Task"]', "borderBottomColor"), "rgb(1, 2, 3)");
  assert.equal(await style('#one mark[part~="entity-Metric"]', "letterSpacing"), "3px");
  assert.notEqual(await style("#two mark", "borderBottomColor"), "rgb(1, 2, 3)");
});

onPage("relations are buttons that highlight their arguments", async (page) => {
  const relations = page.getByRole("list", { name: "Relations" }).first().getByRole("button");
  assert.deepEqual(await relations.allTextContents(), ["Method:trees — used for → Task:parsing", "Task:parsing — conjunction → Metric:f1"]);
  await relations.first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await relations.first().getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator("#one mark.pointed").count(), 2);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#one mark.pointed").count(), 0);
});

onPage("after a change of text or threshold, cached sentences are not computed again", async (page) => {
  const done = (change) =>
    page.evaluate(
      (change) =>
        new Promise((resolve) => {
          const one = document.getElementById("one");
          one.addEventListener("spanlight-done", ({ detail }) => resolve(detail), { once: true });
          if (change.text) one.textContent = change.text;
          else one.setAttribute("threshold", change.threshold);
        }),
      change,
    );
  const first = await done({ text: "Task:x here.\nMethod:y there." });
  assert.equal(first.outcome.computed, 2);
  const second = await done({ text: "Task:x here.\nMethod:z there." });
  assert.deepEqual([second.outcome.computed, second.outcome.reused], [1, 1]);
  assert.equal(second.sentences[1].entities[0].text, "Method:z");
  assert.equal(await page.locator("#one mark").count(), 2);
  await done({ threshold: "0.995" });
  assert.equal(await page.locator("#one mark").count(), 0);
});

onPage("elements with the same model share its worker, and release it", async (page) => {
  assert.equal(page.workers().length, 1);
  await page.evaluate(() => document.querySelectorAll("spanlight-text").forEach((element) => element.remove()));
  for (let tries = 0; tries < 80 && page.workers().length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(page.workers().length, 0);
});

onPage("errors are shown, and the text stays readable", async (page) => {
  const error = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const two = document.getElementById("two");
        two.addEventListener("spanlight-error", ({ detail }) => resolve(detail.code), { once: true });
        two.setAttribute("model", "absent");
      }),
  );
  assert.equal(error, "network");
  assert.match(await page.locator('#two [role="status"]').innerText(), /could not be read.*manifest\.json/);
  assert.equal(await page.locator("#two slot").evaluate((slot) => slot.assignedNodes()[0].textContent), "Another Task:b.");
});
