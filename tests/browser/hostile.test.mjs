// Malicious texts, and extremely long texts.
import assert from "node:assert/strict";
import { visits } from "./double.mjs";

const visit = visits();

const ATTACKS = [
  '<img src=x onerror="globalThis.broken=1"> Method:a',
  "<script>globalThis.broken=1</script> Task:b",
  '"><svg onload=globalThis.broken=1>',
  "javascript:globalThis.broken=1 ${globalThis.broken=1} {{constructor}} Method:c",
  "</textarea></style></title><!-- Task:d",
  "\u202Eevil\u202C \u2066Method:e\u2069 \u200F\u061C",
  "NUL \0 and \u0001 Metric:f \u0085\u2028\u2029",
  "lone \ud800 high and \udc00 low Method:g",
  "👩‍💻🇩🇪 e\u0301 𝔖 Task:h",
  "__proto__ constructor toString Material:i",
];

visit("nothing in a text is executed, and no character is lost", async (visitor) => {
  const { page } = visitor;
  const text = ATTACKS.join("\n").replaceAll("\r", "");
  await visitor.extract(text);
  await visitor.sees(".reading .entity", 9);
  const shown = await page.locator(".sentence-text").evaluateAll((all) => all.map((one) => one.textContent));
  assert.deepEqual(shown, ATTACKS.map((one) => one.trim()));
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  assert.equal(await visitor.count("#result img, #result script, #result svg[onload]"), 0);
  // The bidirectional control characters of a sentence do not affect others.
  const boxes = await page.locator(".sentence").evaluateAll((all) => all.map((one) => getComputedStyle(one).unicodeBidi));
  assert.ok(boxes.every((one) => one === "isolate"));
});

visit("no format lets a text break out of its field", async (visitor) => {
  const { page } = visitor;
  await visitor.extract(ATTACKS.join("\n"));
  for (const kind of ["json", "jsonl", "brat", "conll", "csv", "html", "svg"]) {
    await page.click("#export");
    await page.locator(`input[value="${kind}"]`).check();
    const { text } = await visitor.download("dialog[open] .primary >> nth=0");
    await page.keyboard.press("Escape");
    if (kind === "json") assert.deepEqual(JSON.parse(text).entities.map(({ start, end, text: own }) => JSON.parse(text).text.slice(start, end) === own), Array(9).fill(true));
    if (kind === "html") {
      assert.doesNotMatch(text, /<(img|script|svg)/);
      const own = await visitor.context.newPage();
      await own.setContent(text);
      assert.equal(await own.evaluate(() => globalThis.broken), undefined);
      assert.equal(await own.locator("mark[data-tag]").count(), 9);
      await own.close();
    }
  }
});

visit("a text of a million characters without a space is read and shown", async (visitor) => {
  await visitor.extract(`${"x".repeat(1_000_000)} Task:a`);
  await visitor.sees(".reading .entity", 1);
  assert.match(await visitor.page.innerText("#summary"), /1,000,007 of 1,000,007 characters read/);
});

visit("a sentence with thousands of entities is shown", async (visitor) => {
  await visitor.extract(Array.from({ length: 5000 }, (_, i) => `Task:t${i}`).join(" "));
  await visitor.sees(".reading .entity", 5000);
});

visit("four thousand entities inside each other are shown and exported", async (visitor) => {
  const { page } = visitor;
  const text = Array.from({ length: 8001 }, (_, i) => `w${i}`).join(" ");
  const starts = [...text.matchAll(/w\d+/g)].map(({ index, 0: word }) => [index, index + word.length]);
  const entities = Array.from({ length: 4000 }, (_, i) => ({ start: starts[i][0], end: starts[8000 - i][1], type: "Task" }));
  await visitor.openFiles({ name: "nested.json", text: JSON.stringify({ text, entities, relations: [] }) });
  await visitor.announced(/^Opened: 4,000 entities/);
  await visitor.eventually(async () => /3,976 entities lie deeper inside others/.test(await page.innerText(".sentence")), true);
  assert.equal(await page.locator(".reading .entity.first").count(), 24);
  await page.click("#export");
  for (const kind of ["jsonl", "brat", "conll", "csv", "html", "svg", "json"]) await page.locator(`input[value="${kind}"]`).check({ timeout: 20_000 });
  await page.keyboard.press("Escape");
  await page.click("#tab-tables");
  await visitor.sees("#entity-table tbody tr", 100);
});

visit("a long text is opened, pasted and read without passing through the box", async (visitor) => {
  const { page } = visitor;
  for (const text of ["x".repeat(8_000_000), "A line of words.\n".repeat(500_000)]) {
    await visitor.openFiles({ name: "long.txt", text });
    await visitor.eventually(() => page.innerText("#text-count"), `${text.length.toLocaleString("en")} characters`);
    assert.ok((await page.inputValue("#text")).length < 4000);
    assert.equal(await page.isVisible("#long-text"), true);
  }
  await page.click("#clear");
  await page.locator("#text").evaluate((box) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "Task:a pasted.\r\n".repeat(40_000));
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await visitor.eventually(() => page.innerText("#text-count"), "600,000 characters");
  await page.click("#edit-long");
  assert.equal((await page.inputValue("#text")).length, 600_000);
});

visit("a long text arrives in batches, can be stopped, and shows how much was read", async (visitor) => {
  const { page } = visitor;
  const lines = Array.from({ length: 60 }, (_, i) => `SLOW sentence ${i} about Task:t${i}.`);
  await visitor.write(lines.join("\n"));
  await page.click("#extract");
  await visitor.eventually(async () => (await visitor.count(".sentence")) >= 5, true);
  assert.match(await page.innerText("#progress-detail"), /^\d+ of 1,959 characters read/);
  assert.equal(await page.isVisible("#cancel"), true);
  assert.match(await page.innerText(".rest"), /… and \d+ more characters$/);
  await page.locator(".sentence").nth(4).scrollIntoViewIfNeeded();
  await page.click("#cancel");
  await visitor.announced(/^Stopped/);
  const read = await visitor.count(".sentence");
  assert.ok(read < 60);
  const [, done, all] = (await page.innerText("#summary")).match(/([\d,]+) of ([\d,]+) characters read$/);
  assert.equal(all, lines.join("\n").length.toLocaleString("en"));
  assert.equal(Number(done.replace(",", "")), lines.slice(0, read).join("\n").length + 1);
  // Waits until all sentences are drawn, which happens while the browser is idle.
  const partial = () => page.locator("#result").evaluate((one) => one.classList.contains("partial"));
  await visitor.eventually(partial, true);
});

visit("of two thousand sentences, those near the window are drawn, and all can be reached", async (visitor) => {
  const { page } = visitor;
  const text = Array.from({ length: 2000 }, (_, i) => `Sentence ${i} uses Method:m${i % 50} for Task:t${i % 70} on Material:x${i % 30} and says some more words.`).join("\n");
  await visitor.extract(text);
  await visitor.sees(".sentence", 2000);
  // Far sentences are marked while the page is idle.
  await visitor.eventually(() => visitor.count(".reading .entity"), 6000);
  assert.ok((await visitor.count(".arc")) < 200);
  await page.locator("#types input[type=range]").first().fill("0.7");
  await visitor.eventually(async () => /^[\d,]+ of 6,000 entities/.test(await page.innerText("#summary")), true);
  await page.click("#tab-tables");
  await page.getByRole("button", { name: /^Show 1,000 more/ }).first().click();
  await page.locator("#entity-table .row-button").last().click();
  const middle = () => page.locator("[aria-current]").first().evaluate((one) => one.getBoundingClientRect().top > 0 && one.getBoundingClientRect().bottom < innerHeight);
  await visitor.eventually(middle, true);
});

visit("a reading that was stopped before its first sentence can be exported", async (visitor) => {
  const { page } = visitor;
  await visitor.write("SLOW Task:a.");
  await page.evaluate(() => {
    document.getElementById("extract").click();
    setTimeout(() => document.getElementById("cancel").click());
  });
  await visitor.announced(/^Stopped/);
  await page.click("#export");
  for (const kind of ["jsonl", "brat", "conll", "csv", "html", "svg", "json"]) await page.locator(`input[value="${kind}"]`).check();
});
