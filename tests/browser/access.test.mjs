// Every state of the page passes the accessibility rules of axe: in light and dark, on a desktop and on a phone.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { visits } from "./double.mjs";

const visit = visits();
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEXT = "We use Method:a for [Material: big Task:b] here.\n\nMetric:c and plain words of Task:d.\nמטוד Method:e עם Task:f.";
const GOLD = '{"tokens":["A","parser"],"entities":[{"start":1,"end":2,"type":"Method"}],"relations":[]}';

/**
 * Checks all rules in the light scheme, and the contrast rule in the dark one.
 * @param {import("./visitor.mjs").Visitor} visitor @param {string} state
 */
async function passes({ page }, state) {
  for (const [colorScheme, rules] of [["light", null], ["dark", ["color-contrast"]]]) {
    await page.emulateMedia({ colorScheme });
    // The content policy forbids added scripts, except those of the debugger.
    const { violations } = await page.evaluate(
      async ([axe, rules]) => {
        if (!globalThis.axe) (0, eval)(axe);
        return globalThis.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
      },
      [AXE, rules],
    );
    const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(" | ")}`);
    assert.deepEqual(faults, [], `${state}, ${colorScheme}`);
  }
}

visit("every state is accessible", async (visitor) => {
  const { page } = visitor;
  await passes(visitor, "at first");
  await page.click("#examples .chip >> nth=0");
  await visitor.openFiles({ name: "x.pdf", text: "%PDF" });
  await page.waitForSelector(".notice-error");
  await passes(visitor, "with an error");
  await page.click(".notice-error .close");
  await visitor.write("Long words. ".repeat(30_000));
  await passes(visitor, "with a text too long for the box");
  await visitor.extract(TEXT);
  await visitor.sees(".arc", 4);
  await page.locator(".arc rect.arc-target").first().click();
  await visitor.eventually(async () => (await visitor.count(".heat")) > 0, true);
  await page.locator(".type-group .link").first().click();
  await passes(visitor, "a relation chosen");
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await passes(visitor, "correcting");
  await page.click('[data-key="relate"]');
  await page.locator(".reading .entity").nth(2).click();
  await passes(visitor, "relating");
  await page.click('[data-key="cancel"]');
  await page.locator(".reading .entity").first().focus();
  await page.keyboard.press("a");
  await page.waitForSelector(".marker:not([hidden])");
  await passes(visitor, "marking");
  await page.keyboard.press("Escape");
  await page.click(".row-tools button:last-child");
  await passes(visitor, "rewriting a sentence");
  await page.keyboard.press("Escape");
  for (const dialog of ["#add-type", "#combinations", "#export"]) {
    await page.click(dialog);
    await passes(visitor, dialog);
    await page.keyboard.press("Escape");
  }
  await page.click("#tab-graph");
  await page.locator(".node").first().click();
  await passes(visitor, "graph");
  await page.click("#tab-tables");
  await passes(visitor, "tables");
  await page.click("#tab-score");
  await visitor.openFiles({ name: "dev.json", text: GOLD });
  await page.waitForSelector(".fault");
  await passes(visitor, "score");
  await page.click("#tab-text");
  await page.locator(".reading .entity").nth(1).click();
  await page.click('[data-key="remove"]');
  await visitor.extract("Another Task:x.");
  await page.selectOption("#model", { label: "General" });
  await page.waitForSelector("#other-model:not([hidden])");
  await passes(visitor, "another model, with corrections put aside");
  await page.click("#kept-open");
  await page.waitForSelector(".kept li");
  await passes(visitor, "kept texts");
}, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });

visit("the layouts for a phone are accessible", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().tap();
  await passes(visitor, "correcting");
  await page.click("#let-go");
  await page.evaluate(() => {
    const node = document.querySelectorAll(".sentence-text")[1].lastChild.previousSibling.previousSibling;
    getSelection().setBaseAndExtent(node, 1, node, 4);
  });
  await page.waitForSelector(".marker:not([hidden])");
  await passes(visitor, "marking");
}, { text: TEXT, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce" });

visit("actions are announced to screen readers", async (visitor) => {
  const { page } = visitor;
  const heard = [];
  await page.exposeFunction("hear", (text) => heard.push(text));
  await page.evaluate(() => new MutationObserver(() => globalThis.hear(document.getElementById("announce").textContent)).observe(document.getElementById("announce"), { childList: true }));
  await visitor.extract(TEXT);
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="type-0"]');
  await visitor.eventually(async () => heard.filter(Boolean).map((text) => text.replace(/:.*/, "")), ["Reading your text", "Done", "Correcting is on", "Type changed"]);
});
