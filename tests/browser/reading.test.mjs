// The views of the page: text, panel, tables and graph.
import assert from "node:assert/strict";
import { visits } from "./double.mjs";

const visit = visits();

visit("a directed relation has an arrowhead and a symmetric one has none", async (visitor) => {
  await visitor.sees(".arc", 2);
  assert.deepEqual(await visitor.page.locator(".arc-label").allTextContents(), ["used for", "conjunction"]);
  assert.deepEqual(await visitor.page.locator(".arc").evaluateAll((arcs) => arcs.map((arc) => arc.querySelectorAll(".arc-tip").length)), [1, 0]);
}, { text: "Method:a for Task:b, Task:c." });

visit("spans nest and keep the text and its line breaks", async (visitor) => {
  const text = "A [Material: big Task:set] here.\nThen Method:one, Method:two\n\nand Metric:three.";
  await visitor.extract(text);
  await visitor.sees(".entity .entity", 1);
  const shown = await visitor.page.locator(".sentence-text").evaluateAll((all) => all.map((one) => one.textContent));
  assert.equal(shown.join("\n"), text.replace("\n\n", "\n"));
  assert.equal(await visitor.page.locator(".sentence").nth(2).evaluate((one) => one.classList.contains("paragraph")), true);
});

visit("a sentence with many relations draws those of the entity in focus", async (visitor) => {
  await visitor.sees(".reading .entity", 12);
  assert.equal(await visitor.count(".arc"), 0);
  await visitor.page.locator(".reading .entity").nth(3).focus();
  await visitor.sees(".arc.active", 2);
  await visitor.page.click(".arc-toggle");
  await visitor.sees(".arc", 11);
  await visitor.page.locator('#arc-mode input[value="all"]').check({ force: true });
  await visitor.sees(".arc", 11);
}, { text: `${Array.from({ length: 12 }, (_, i) => `Task:t${i}`).join(" ")}.` });

visit("the keyboard moves between entities and sentences, selects and deselects", async (visitor) => {
  const { page } = visitor;
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await visitor.sees('.entity[tabindex="0"]', 1);
  await page.locator('.entity[tabindex="0"]').focus();
  assert.match(await focused(), /^Method:a, method, score 0\.50, 1 relation$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^Task:b/);
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^Metric:c/);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(), /^Method:a/);
  await page.keyboard.press("End");
  assert.match(await focused(), /^Task:d/);
  await page.keyboard.press("Enter");
  assert.equal(await visitor.count('.entity[aria-current="true"]'), 1);
  assert.match(await page.innerText("#selection"), /Task:d/);
  await page.keyboard.press("Escape");
  assert.equal(await visitor.count("[aria-current]"), 0);
}, { text: "Method:a for Task:b.\nNothing here.\nMetric:c of Task:d." });

visit("in right-to-left text the arrow keys move in their visual direction", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".reading .entity", 2);
  await page.locator(".reading .entity").first().focus();
  await page.locator(".sentence").evaluate((one) => getComputedStyle(one).direction).then((direction) => assert.equal(direction, "rtl"));
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Task:b/);
}, { text: "שלום Method:a עולם Task:b." });

visit("selecting a relation shows its evidence in the sentence and in the panel", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".arc", 1);
  await page.locator(".arc rect.arc-target").click();
  await visitor.sees(".heat", 5);
  assert.deepEqual(await page.locator(".heat").allTextContents(), ["We use ", "Method:a", " for ", "Task:b", " here."]);
  assert.deepEqual(await page.locator(".heat").evaluateAll((all) => all.map((one) => one.style.getPropertyValue("--weight"))), ["0.100", "0.600", "1.000", "0.200", "0.100"]);
  const bars = await page.locator(".bars li").allInnerTexts();
  assert.match(bars[2].replace(/\s+/g, " "), /between 50 % for/);
  assert.deepEqual((await page.locator(".bars").nth(1).locator(".bar-name").allInnerTexts()), ["used for →", "no relation", "used for ←"]);
  await page.locator(".sentence-text").click({ position: { x: 2, y: 4 } });
  await visitor.sees(".heat", 0);
  assert.match(await page.innerText("#selection"), /Point at an entity/);
}, { text: "We use Method:a for Task:b here." });

visit("a calibrated model also shows the probabilities of borders", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".arc", 1);
  const bars = (group) => () => page.locator(".bars").nth(group).locator("li").allInnerTexts().then((all) => all.map((one) => one.replace(/\s+/g, " ").trim()));
  await page.locator(".arc rect.arc-target").click();
  await visitor.eventually(bars(2), ["head 75 %", "tail 50 %"]);
  await page.locator(".reading .entity").nth(1).click();
  await visitor.eventually(bars(1), ["these words 50 %"]);
}, { text: "WAVERS Method:a for Task:b here." });

visit("the two directions of a symmetric relation are one alternative", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".arc", 2);
  await page.locator(".arc rect.arc-target").nth(1).click();
  await visitor.eventually(() => page.locator(".bars").nth(1).locator("li").allInnerTexts().then((all) => all.map((one) => one.replace(/\s+/g, " ").trim())), ["conjunction 81 %", "no relation 15 %"]);
}, { text: "Method:a for Task:b, Task:c." });

visit("a slider hides lower scores at once and without the engine", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".reading .entity", 3);
  await page.evaluate(() => (globalThis.lastExtraction = null));
  const slide = (index, value) => page.locator("#types input[type=range]").nth(index).fill(String(value));
  await slide(0, 0.6);
  await visitor.sees(".reading .entity", 2);
  await visitor.sees(".arc", 1);
  await visitor.eventually(() => page.innerText("#summary"), "2 of 3 entities and 1 of 2 relations in 1 sentence · 28 of 28 characters read");
  await slide(0, 0);
  await page.locator(".type-group .link").nth(1).click();
  await page.locator('[aria-label="Least score of used for"]').fill("0.8");
  await visitor.eventually(() => page.locator(".arc-label").allTextContents(), ["conjunction"]);
  await page.click("#show-all");
  await visitor.sees(".arc", 2);
  assert.equal(await page.evaluate(() => globalThis.lastExtraction), null);
}, { text: "Method:a for Task:b, Task:c." });

visit("a type can be hidden, with the relations that need it, in every view", async (visitor) => {
  const { page } = visitor;
  await page.click('#types [data-type="Method"]');
  await visitor.sees(".reading .entity", 2);
  assert.equal(await page.getAttribute('#types [data-type="Method"]', "aria-pressed"), "false");
  await page.click("#tab-tables");
  await visitor.sees("#entity-table tbody tr", 2);
  await visitor.sees("#relation-table tbody tr", 1);
  await page.click("#tab-graph");
  await visitor.sees(".node", 2);
  await visitor.sees(".edge", 1);
}, { text: "Method:a for Task:b, Task:c." });

visit("combinations of types can be forbidden", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".arc", 2);
  await page.click("#combinations");
  await page.locator('[aria-label="method, task, found 1 times"]').uncheck();
  await page.click("dialog[open] .primary");
  await visitor.eventually(() => page.locator(".arc-label").allTextContents(), ["conjunction"]);
  await page.click("#combinations");
  await page.selectOption("#combinations-relation", "CONJUNCTION");
  await page.getByRole("button", { name: "None", exact: true }).click();
  await page.keyboard.press("Escape");
  await visitor.sees(".arc", 0);
  await page.click("#show-all");
  await visitor.sees(".arc", 2);
}, { text: "Method:a for Task:b, Task:c." });

visit("tables sort by a click on a column's header, search, and lead into the text", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-tables");
  const column = () => visitor.texts("#entity-table tbody th");
  await page.click("#entity-table thead button >> nth=0");
  await visitor.eventually(column, ["Task:a", "Task:b", "Task:c"]);
  await page.click("#entity-table thead button >> nth=0");
  await visitor.eventually(column, ["Task:c", "Task:b", "Task:a"]);
  assert.equal(await page.getAttribute("#entity-table thead th >> nth=0", "aria-sort"), "descending");
  await page.fill("#table-search", "task:b");
  await visitor.eventually(column, ["Task:b"]);
  await visitor.sees("#relation-table tbody tr", 1);
  await page.click("#entity-table tbody .row-button");
  assert.equal(await page.isVisible("#view-text"), true);
  assert.match(await page.getAttribute('.entity[aria-current="true"]', "aria-label"), /^Task:b/);
}, { text: "Task:b Task:c Task:a." });

visit("the graph merges mentions, works by keyboard and leads into the text", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-graph");
  await visitor.sees(".node", 3);
  await visitor.sees(".edge", 2);
  assert.match((await page.locator(".edge-label").allTextContents()).join(), /used for ×2/);
  await page.locator('.node[tabindex="0"]').focus();
  const first = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  assert.equal(await page.evaluate(() => document.activeElement.classList.contains("node")), true);
  await page.locator(`.node[aria-label="${first}"]`).focus();
  await page.keyboard.press("Enter");
  assert.match(await page.innerText("#graph-detail"), /Method:a used for → Task:b/);
  await page.locator("#graph-detail .link", { hasText: "sentence 2" }).first().click();
  assert.equal(await page.isVisible("#view-text"), true);
  assert.match(await page.innerText("#selection"), /Method:a used for → Task:b/);
}, { text: "Method:a for Task:b.\nMethod:a with Task:b or Task:c." });

visit("the panel keeps describing a selected entity while the pointer passes over others", async (visitor) => {
  const { page } = visitor;
  await page.locator(".reading .entity").first().click();
  await page.locator(".reading .entity").last().hover();
  assert.match(await page.innerText("#selection"), /^Method:a/);
  await visitor.sees(".entity.active", 1);
}, { text: "Method:a for Task:b, Task:c." });

visit("nothing is wider than a phone", async (visitor) => {
  const { page } = visitor;
  const fits = async () => {
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `${content} > ${window}`);
  };
  await fits();
  await page.click("#correct");
  await page.locator(".reading .entity").first().tap();
  await fits();
  await page.click("#let-go");
  for (const tab of ["graph", "tables", "score"]) {
    await page.click(`#tab-${tab}`);
    await fits();
  }
}, { text: `${"Method:long_name for Task:another_long_name and ".repeat(6)}.`, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
