// Scores against gold annotations, and the list of errors.
import assert from "node:assert/strict";
import { visits } from "./double.mjs";

const visit = visits();

const GOLD = [
  { tokens: ["We", "use", "Method:a", "for", "Task:b", "."], entities: [{ start: 2, end: 3, type: "Method" }, { start: 4, end: 5, type: "Task" }], relations: [{ head: 0, tail: 1, type: "USED-FOR" }] },
  { tokens: ["A", "parser", "of", "Material:x"], entities: [{ start: 1, end: 2, type: "Method" }, { start: 3, end: 4, type: "Material" }], relations: [] },
  { tokens: ["Task:y", "is", "hard"], entities: [], relations: [] },
].map((one) => JSON.stringify(one)).join("\n");

visit("a gold file is scored, and each error leads to its sentence", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-score");
  await visitor.openFiles({ name: "dev.json", text: GOLD });
  await visitor.announced(/^Scored: F1 of entities 75\.0, of relations, strict, 100\.0/);
  assert.equal(await page.isVisible("#view-score"), true);
  const row = (await page.locator(".scores").first().locator("tbody tr").first().innerText()).replace(/\s+/g, " ");
  assert.match(row, /^Entities borders and type 75\.0 75\.0 75\.0 4 4 3$/);
  assert.deepEqual(await page.locator(".fault").allInnerTexts(), ["Missed: entity “parser” (method)", "Not in gold: entity “Task:y” (task)"]);
  assert.match(await page.innerText(".fault-view"), /A parser of Material:x/);
  assert.equal(await page.locator(".side-by-side").first().locator(".entity.active").innerText(), "parser");
  await page.getByRole("button", { name: "Next ▸" }).click();
  assert.equal(await page.locator(".side-by-side").nth(1).locator(".entity.active").innerText(), "Task:y");
  await page.selectOption("#fault-kind", "entity missed");
  await visitor.sees(".fault", 1);
}, { text: "Some Task:text." });

visit("an invalid gold file is refused with the engine's message", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-score");
  await visitor.openFiles({ name: "dev.json", text: '{"words":[]}' });
  await page.waitForSelector("#score-result [role=alert]");
  assert.match(await page.innerText("#score-result"), /dev\.json, line 1: “tokens” is missing; name the words/);
}, { text: "Some Task:text." });

visit("the three files of re3d go to the engine together", async (visitor) => {
  await visitor.page.click("#tab-score");
  await visitor.openFiles(...["relations", "entities", "documents"].map((name) => ({ name: `${name}.json`, text: '{"_id":"D","text":"a"}' })));
  await visitor.announced(/^Scored/);
  assert.match(await visitor.page.innerText("#score-result h3"), /^documents\.json: 1 sentence$/);
}, { text: "Some Task:text." });

visit("brat files and the training format serve as gold", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-score");
  await visitor.openFiles({ name: "a.txt", text: "We use parser here." }, { name: "a.ann", text: "T1\tMethod 7 13\tparser\n" });
  await visitor.announced(/^Scored: F1 of entities 0\.0/);
  assert.equal(await page.innerText(".fault"), "Missed: entity “parser” (method)");
}, { text: "Some Task:text." });

visit("the model is scored against the reader's own corrections", async (visitor) => {
  const { page } = visitor;
  await page.click("#tab-score");
  await page.click("#score-own");
  assert.match(await page.innerText("#score-result"), /Correct some sentences/);
  await page.click("#tab-text");
  await page.click("#correct");
  await page.locator(".reading .entity").nth(1).click();
  await page.click('#selection [data-key="remove"]');
  await page.click("#tab-score");
  await page.click("#score-own");
  await visitor.announced(/^Scored: F1 of entities 80\.0/);
  assert.equal(await page.locator(".fault").first().innerText(), "Not in gold: entity “Task : b” (task)");
  await page.click(".fault-view .link");
  assert.equal(await page.isVisible("#view-text"), true);
}, { text: "Method:a for Task:b, Task:c." });
