// Corrections by mouse, finger and keyboard.
import assert from "node:assert/strict";
import { visits } from "./double.mjs";

const visit = visits();
const TEXT = "We use Method:a for Task:b here.\n\nMetric:c and plain words of Task:d.";

/** The marked entities, as "text = type". */
const annotations = ({ page }) =>
  page.evaluate(() => {
    const entities = [...document.querySelectorAll(".reading .entity.first")].map((one) => one.getAttribute("aria-label").split(", ").slice(0, 2).join(" = "));
    return entities;
  });

/** Selects words of a sentence with the mouse. */
async function drag({ page }, sentence, words) {
  const [from, to] = await page.locator(".sentence-text").nth(sentence).evaluate((element, words) => {
    element.scrollIntoView({ block: "center" });
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + words.length);
      const { left, right, top, height } = range.getBoundingClientRect();
      return [[left + 2, top + height / 2], [right - 2, top + height / 2]];
    }
  }, words);
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 4 });
  await page.mouse.up();
}

visit("words selected with the mouse become an entity, which can be undone", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await drag(visitor, 1, "lain wor");
  await page.waitForSelector(".marker:not([hidden])");
  assert.equal(await page.innerText(".marker .selected-text"), "plain words");
  await page.click('.marker .chip-type:has-text("material")');
  await visitor.eventually(() => annotations(visitor), ["Method:a = method", "Task:b = task", "Metric:c = metric", "plain words = material", "Task:d = task"]);
  assert.match(await page.innerText("#selection"), /plain words[^]*set by you/);
  await page.keyboard.press("Control+z");
  await visitor.sees(".reading .entity", 4);
  await page.click("#redo");
  await visitor.sees(".reading .entity", 5);
  assert.equal(await page.isDisabled("#redo"), true);
}, { text: TEXT });

visit("buttons change type and borders, and removing an entity removes its relations", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="type-2"]');
  await visitor.eventually(async () => (await annotations(visitor))[0], "Method:a = metric");
  await page.click('[aria-label="Start a word earlier"]');
  await page.click('[aria-label="Start a word earlier"]');
  await page.click('[aria-label="End a word later"]');
  await visitor.eventually(async () => (await annotations(visitor))[0], "We use Method:a for = metric");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "End a word later");
  await page.click('#selection [data-key="remove"]');
  await visitor.eventually(() => annotations(visitor), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
  await visitor.sees(".arc", 1);
}, { text: TEXT });

visit("a relation is added, swapped, retyped and removed with the mouse", async (visitor) => {
  const { page } = visitor;
  const statement = async () => (await page.innerText("#selection .statements")).replace(/\s+/g, " ").trim();
  await page.click("#correct");
  await page.locator(".reading .entity").nth(1).click();
  await page.click('[data-key="relate"]');
  await page.locator(".reading .entity").nth(0).click();
  await page.click('#selection .chip-type:has-text("used for")');
  await visitor.eventually(statement, "Task:b used for → Method:a set by you");
  await visitor.sees(".arc.human", 1);
  await page.click('[data-key="swap"]');
  await visitor.eventually(() => page.innerText("#toast").catch(() => ""), "Related");
  await page.click('#selection .chip-type:has-text("conjunction")');
  await visitor.eventually(statement, "Task:b conjunction ↔ Method:a set by you");
  await page.click('[data-key="remove"]');
  await visitor.sees(".arc.human", 0);
}, { text: TEXT });

visit("entities of two sentences can be related after the sentences are joined", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").nth(0).click();
  await page.click('[data-key="relate"]');
  await page.locator(".reading .entity").nth(3).click();
  assert.match(await page.innerText("#selection"), /different sentences/);
  await page.click('[data-key="join"]');
  await visitor.sees(".sentence", 1);
  await page.click('#selection .chip-type:has-text("used for")');
  await visitor.sees(".arc.human", 1);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await visitor.sees(".sentence", 2);
  await visitor.sees(".arc", 2);
}, { text: TEXT });

visit("all corrections work with the keyboard alone", async (visitor) => {
  const { page } = visitor;
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
  await page.locator("#correct").focus();
  await page.keyboard.press("Enter");
  await page.locator('.reading .entity[tabindex="0"]').focus();
  await page.keyboard.press("4");
  await visitor.eventually(focused, "Method:a, material, set by you, 1 relation");
  await page.keyboard.press("[");
  await page.keyboard.press("Shift+ArrowRight");
  await visitor.eventually(focused, "use Method:a for, material, set by you, 1 relation");
  await page.keyboard.press("]");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("r");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator('#selection [data-key="type-1"]').focus();
  await page.keyboard.press("Enter");
  await visitor.eventually(() => page.locator(".arc-label").allTextContents(), ["used for", "conjunction", "used for"]);
  await page.locator(".reading .entity").nth(2).focus();
  await page.keyboard.press("a");
  await visitor.eventually(() => page.innerText(".marker .selected-text"), "and");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await visitor.eventually(() => page.innerText(".marker .selected-text"), "plain words");
  await page.keyboard.press("2");
  await visitor.eventually(focused, "plain words, method, set by you");
  await page.keyboard.press("Delete");
  await visitor.sees(".reading .entity", 4);
  assert.equal(await page.evaluate(() => document.activeElement.matches(".entity")), true);
}, { text: TEXT });

visit("words can be selected and corrected by touch", async (visitor) => {
  const { page } = visitor;
  await page.locator("#correct").tap();
  await page.evaluate(() => {
    const node = document.querySelectorAll(".sentence-text")[1].childNodes[1];
    getSelection().setBaseAndExtent(node, 5, node, 10);
  });
  await page.waitForSelector(".marker:not([hidden])");
  assert.equal(await page.innerText(".marker .selected-text"), "plain");
  await page.locator('.marker .chip-type:has-text("task")').tap();
  await visitor.sees(".reading .entity.human", 1);
  await page.locator(".reading .entity").first().tap();
  await page.locator('#selection [data-key="remove"]').tap();
  await visitor.sees(".reading .entity", 4);
}, { text: TEXT, viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true });

visit("only the sentence whose words change is read again", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").nth(2).click();
  await page.click('#selection [data-key="type-0"]');
  await page.locator(".sentence").nth(1).hover();
  await page.click('.row-tools button:has-text("Edit text")');
  await page.fill(".rewriting textarea", "Metric:c and other Material:x of Task:d.");
  await page.click('.rewriting button:has-text("Read it again")');
  await visitor.eventually(() => annotations(visitor), ["Method:a = method", "Task:b = task", "Metric:c = task", "Material:x = material", "Task:d = task"]);
  assert.equal((await page.evaluate(() => globalThis.lastExtraction)).text, "Metric:c and other Material:x of Task:d.");
  await page.keyboard.press("Control+z");
  await visitor.sees(".reading .entity", 4);
}, { text: TEXT });

visit("changed words are not lost if they cannot be read", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".sentence").nth(1).hover();
  await page.click('.row-tools button:has-text("Edit text")');
  await page.fill(".rewriting textarea", "REFUSE Metric:c.");
  await page.click('.rewriting button:has-text("Read it again")');
  await page.waitForSelector(".notice-error");
  assert.equal(await page.inputValue(".rewriting textarea"), "REFUSE Metric:c.");
  await page.fill(".rewriting textarea", "Only Metric:c.");
  await page.click('.rewriting button:has-text("Read it again")');
  await visitor.eventually(() => annotations(visitor), ["Method:a = method", "Task:b = task", "Metric:c = metric"]);
}, { text: TEXT });

visit("corrections stay when the changed text is read again", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="type-2"]');
  await visitor.extract(`A new Task:z.\n${TEXT}`);
  await visitor.eventually(async () => (await annotations(visitor)).slice(0, 2), ["Task:z = task", "Method:a = metric"]);
  assert.deepEqual(await page.evaluate(() => [globalThis.lastExtraction.computed, globalThis.lastExtraction.reused]), [1, 2]);
}, { text: TEXT });

visit("work in progress survives a reload, until it is cleared", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="remove"]');
  await page.click('.row-tools button:has-text("Checked")');
  await page.locator("#types input[type=range]").first().fill("0.1");
  await page.waitForTimeout(900);
  await page.reload();
  await visitor.eventually(() => annotations(visitor), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
  assert.equal(await visitor.count(".sentence.checked"), 1);
  assert.equal(await page.inputValue("#text"), TEXT);
  assert.equal(await page.locator("#types input[type=range]").first().inputValue(), "0.1");
  await visitor.ready();
  await page.click("#clear");
  await page.waitForTimeout(100);
  await page.reload();
  await visitor.ready();
  assert.equal(await page.isVisible("#result"), false);
}, { text: TEXT });

visit("an unread text survives a reload", async (visitor) => {
  const { page } = visitor;
  await visitor.write("Not read yet, Task:a.");
  await page.reload();
  await visitor.ready();
  await visitor.eventually(() => page.inputValue("#text"), "Not read yet, Task:a.");
  assert.equal(await page.isVisible("#result"), false);
});

visit("a new type can be added and assigned", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.click("#add-type");
  await page.fill("#type-name", "Person");
  await page.keyboard.press("Enter");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection .chip-type:has-text("person")');
  await visitor.eventually(async () => (await annotations(visitor))[0], "Method:a = person");
  assert.match((await visitor.texts("#types .type")).join(), /person/i);
}, { text: TEXT });

visit("a relation that the model rejected can be added", async (visitor) => {
  const { page } = visitor;
  await page.locator(".reading .entity").first().click();
  await visitor.eventually(async () => (await visitor.texts(".rejected li")).map((one) => one.trim()), ["Method:a used for → Task:c score 0.20"]);
  assert.equal(await visitor.count(".rejected button"), 0);
  await page.click("#correct");
  await page.click(".rejected button");
  await visitor.sees(".arc.human", 1);
  assert.match(await page.innerText("#selection"), /Method:a used for → Task:c set by you/);
}, { text: "Method:a for Task:b, Task:c." });
