// Files that the page opens and exports.
import assert from "node:assert/strict";
import { visits } from "./double.mjs";

const visit = visits();
const TEXT = "We use Method:a for Task:b, Task:c.\n\nA 𝔖 Metric:d of שלום Task:e.";

const entities = ({ page }) => page.locator(".reading .entity.first").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label").replace(/, score.*|, set.*/, "")));

/** @returns {Promise<{name: string, text: string}>} */
async function exported(visitor, kind, button = "dialog[open] .primary") {
  await visitor.page.click("#export");
  await visitor.page.locator(`input[value="${kind}"]`).check();
  const file = await visitor.download(button);
  await visitor.page.keyboard.press("Escape");
  return file;
}

visit("exports can be opened again, in every format that the page reads", async (visitor) => {
  const { page } = visitor;
  await visitor.sees(".reading .entity", 5);
  const before = await entities(visitor);
  const json = await exported(visitor, "json");
  const lines = await exported(visitor, "jsonl");
  const txt = await exported(visitor, "brat", "dialog[open] .primary >> nth=0");
  const ann = await exported(visitor, "brat", "dialog[open] .primary >> nth=1");
  assert.equal(txt.text, TEXT);
  for (const files of [[json], [lines], [txt, ann]]) {
    await page.click("#clear");
    await visitor.openFiles(...files);
    await visitor.announced(/^Opened: 5 entities and 3 relations in 2 sentences/);
    await visitor.eventually(() => entities(visitor), before);
    assert.equal(await page.inputValue("#text"), TEXT, files[0].name);
  }
}, { text: TEXT });

visit("a cleared text can be restored", async (visitor) => {
  const { page } = visitor;
  await page.click("#clear");
  assert.equal(await page.isVisible("#result"), false);
  assert.equal(await page.inputValue("#text"), "");
  await page.click('.notice button:has-text("Bring them back")');
  assert.equal(await page.inputValue("#text"), TEXT);
  await visitor.sees(".reading .entity", 5);
}, { text: TEXT });

visit("offsets in JSON point into the text", async (visitor) => {
  const { text } = await exported(visitor, "json");
  const data = JSON.parse(text);
  assert.deepEqual(data.entities.map(({ start, end }) => data.text.slice(start, end)), ["Method:a", "Task:b", "Task:c", "Metric:d", "Task:e"]);
  assert.deepEqual(data.relations.map(({ head, tail, type }) => [head, tail, type]), [[0, 1, "USED-FOR"], [1, 2, "CONJUNCTION"], [3, 4, "USED-FOR"]]);
}, { text: TEXT });

visit("hidden annotations are exported only on request", async (visitor) => {
  const { page } = visitor;
  await page.click('#types [data-type="Task"]');
  await visitor.sees(".reading .entity", 2);
  const shown = await exported(visitor, "csv");
  assert.equal(shown.text.trim().split("\r\n").length, 1);
  await page.click("#export");
  await page.getByLabel("Include hidden annotations: 3 entities and 3 relations").check();
  const all = await visitor.download("dialog[open] .primary");
  assert.equal(all.text.trim().split("\r\n").length, 4);
}, { text: TEXT });

visit("a gold export contains the sentences that were checked or changed", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="type-2"]');
  await page.click("#save-gold");
  assert.equal(await page.getByLabel("Only the 1 sentence that you checked or changed").isChecked(), true);
  const { name, text } = await visitor.download("dialog[open] .primary");
  assert.equal(name, "text.jsonl");
  const [line, ...more] = text.trim().split("\n").map((one) => JSON.parse(one));
  assert.equal(more.length, 0);
  assert.equal(line.sentText, "We use Method : a for Task : b , Task : c .");
  assert.deepEqual(line.entityMentions.map(({ text, label, source }) => [text, label, source]), [["Method : a", "Metric", "human"], ["Task : b", "Task", "model"], ["Task : c", "Task", "model"]]);
}, { text: TEXT });

visit("the exported page shows the same text, runs no script and sends no request", async (visitor) => {
  const { page, context } = visitor;
  const { text } = await exported(visitor, "html");
  const own = await context.newPage();
  const problems = [];
  own.on("pageerror", (error) => problems.push(error.message));
  own.on("console", (message) => problems.push(message.text()));
  await own.setContent(text);
  assert.deepEqual(await own.locator("p mark").evaluateAll((all) => all.filter((one) => one.dataset.tag).map((one) => one.textContent)), ["Method:a", "Task:b", "Task:c", "Metric:d", "Task:e"]);
  assert.equal(await own.locator("tbody tr").count(), 3);
  assert.notEqual(await own.locator("mark").first().evaluate((one) => getComputedStyle(one).backgroundColor), "rgba(0, 0, 0, 0)");
  assert.equal(await own.locator("script").count(), 0);
  assert.deepEqual(problems, []);
  await own.close();
  await page.bringToFront();
}, { text: TEXT });

visit("the picture of a sentence is valid SVG with its words and relations", async (visitor) => {
  const { page } = visitor;
  await page.locator(".reading .entity").nth(3).click();
  const { name, text } = await exported(visitor, "svg");
  assert.equal(name, "text.svg");
  const blank = await visitor.context.newPage();
  const seen = await blank.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
    if (parsed.querySelector("parsererror")) return null;
    return { title: parsed.querySelector("title").textContent, words: [...parsed.querySelectorAll("text")].map((one) => one.textContent), scripts: parsed.querySelectorAll("script").length };
  }, text);
  assert.equal(seen.title, "A 𝔖 Metric:d of שלום Task:e.");
  for (const word of ["Metric:d", "שלום", "METRIC", "TASK", "used for"]) assert.ok(seen.words.includes(word), word);
}, { text: TEXT });

visit("text and Markdown are put into the box", async (visitor) => {
  const { page } = visitor;
  await visitor.openFiles({ name: "a.md", text: "# We use **Method:a**\n\nfor [Task:b](http://x.org)." });
  await visitor.eventually(() => page.inputValue("#text"), "We use Method:a\n\nfor Task:b.");
  await visitor.openFiles({ name: "b.txt", text: Buffer.from("caf\xe9\r\nMethod:a", "latin1") });
  await visitor.eventually(() => page.inputValue("#text"), "café\nMethod:a");
  assert.match((await visitor.texts(".notice")).join(), /not in UTF-8/);
  await page.click("#extract");
  await visitor.announced(/^Done/);
  assert.equal((await exported(visitor, "json")).name, "b.json");
});

visit("unreadable files are refused with a reason, and nothing is lost", async (visitor) => {
  const { page } = visitor;
  const cases = [
    [[{ name: "paper.pdf", text: "%PDF-1.7 …" }], /paper\.pdf: this is a PDF/],
    [[{ name: "a.ann", text: "T1\tX 0 1\ta" }], /its text, a\.txt, is missing/],
    [[{ name: "a.txt", text: "parser" }, { name: "a.ann", text: "T1\tMethod 0 3\tparser" }], /a\.ann: line 1.*Do the two files belong together/],
    [[{ name: "a.json", text: '{"text":"a","entities":[{"start":0,"end":9,"type":"X"}]}' }], /a\.json: entities\[0\]: its offsets 0–9/],
    [[{ name: "a.jsonl", text: "nonsense" }], /a\.jsonl: this is neither JSON nor JSON lines/],
    [[{ name: "a.txt", text: "a" }, { name: "b.txt", text: "b" }], /one file at a time/],
    [[{ name: "manifest.json", text: "{}" }], /tokenizer\.json and weights\.safetensors missing/],
  ];
  for (const [files, reason] of cases) {
    await visitor.openFiles(...files);
    await visitor.eventually(async () => reason.test((await visitor.texts(".notice-error")).at(-1) ?? ""), true);
    await page.click(".notice-error .close");
  }
  assert.equal(await page.inputValue("#text"), TEXT);
  assert.equal(await visitor.count(".reading .entity"), 5);
}, { text: TEXT });

visit("a file that cannot be scored leaves the page as it is", async (visitor) => {
  const { page } = visitor;
  await page.click("#clear");
  await visitor.openFiles({ name: "unknown.json", text: '{"rows":[]}' });
  await page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /unknown\.json, line 1/);
  assert.equal(await page.isVisible("#result"), false);
  await visitor.openFiles({ name: "gold.json", text: '{"tokens":["a"],"entities":[],"relations":[]}' });
  await visitor.announced(/^Scored/);
  assert.equal(await page.isDisabled("#export"), true, "there is no document to export");
  await visitor.openFiles({ name: "a.conll", text: "a\tB-X" });
  await page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error")).at(-1), /a\.conll has no annotations that spanlight reads/);
  assert.equal(await page.inputValue("#text"), "");
  await visitor.extract(TEXT);
  assert.equal(await page.isDisabled("#export"), false);
}, { text: TEXT });

visit("annotations of other programs are not dropped in silence", async (visitor) => {
  const { page } = visitor;
  const told = async () => (await visitor.texts("#notices .notice")).at(-1)?.replace("\n\n×", "") ?? "";
  for (const [name, text, says] of [
    ["doccano.jsonl", '{"text":"a b","label":[[0,1,"X"]]}', /only the text was opened.*“label”/],
    ["prodigy.jsonl", '{"text":"a b","spans":[{"start":0,"end":1}],"tokens":[{"text":"a"}]}', /“spans”, “tokens”|“tokens”, “spans”/],
    ["a.csv", "a,b", /a\.csv was opened as plain text, with its markup or columns/],
  ]) {
    await visitor.openFiles({ name, text });
    await visitor.eventually(async () => says.test(await told()), true);
  }
  await visitor.openFiles({ name: "a.txt", text: "left x right" }, { name: "a.ann", text: "T1\tX 0 4;7 12\tleft right\nE1\tX:T1\nR1\tR Arg1:E1 Arg2:T1\n" });
  await visitor.eventually(async () => /1 entity in several parts was opened together.*line 1/.test(await told()), true);
  assert.match((await visitor.texts("#notices .notice")).join(), /2 annotations of kinds that spanlight does not know were left out/);
  await visitor.openFiles({ name: "b.parquet", text: "PAR1\0\0\0" });
  await page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /b\.parquet: this is a Parquet file/);
});

visit("files can be dropped anywhere, also those of a model", async (visitor) => {
  const { page } = visitor;
  const drop = (files) =>
    page.evaluate((files) => {
      const dataTransfer = new DataTransfer();
      for (const { name, text } of files) dataTransfer.items.add(new File([text], name));
      const fire = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      fire("dragenter");
      const veiled = !document.querySelector(".veil").hidden;
      fire("dragover");
      fire("drop");
      return veiled;
    }, files);
  assert.equal(await drop([{ name: "a.txt", text: "Dropped Task:a." }]), true);
  await visitor.eventually(() => page.inputValue("#text"), "Dropped Task:a.");
  const model = (manifest) => [["manifest.json", manifest], ["tokenizer.json", "{}"], ["weights.safetensors", "x"]].map(([name, text]) => ({ name, text }));
  await drop(model("broken"));
  await page.waitForSelector(".notice-error");
  assert.match((await visitor.texts(".notice-error"))[0], /manifest\.json: this is not JSON/);
  await drop(model("{}"));
  await visitor.eventually(async () => /dropped/.test(await page.innerText("#status")), true);
  await visitor.eventually(() => page.locator("#model option:checked").innerText(), "Your own");
  await page.click("#extract");
  await visitor.announced(/^Done: 1 entity/);
});

visit("the model menu loads another model and puts it into the page's address", async (visitor) => {
  const { page } = visitor;
  await visitor.eventually(() => page.locator("#model option").allInnerTexts(), ["Science", "General", "Your own …"]);
  await page.selectOption("#model", { label: "General" });
  await visitor.eventually(() => page.evaluate(() => new URL(location.href).searchParams.get("model")), "/models/general/");
  await visitor.ready();
  await page.reload();
  await visitor.eventually(() => page.locator("#model option:checked").innerText(), "General");
});

visit("results of another model are marked, and can be read again; corrections stay", async (visitor) => {
  const { page } = visitor;
  await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="type-2"]');
  await page.selectOption("#model", { label: "General" });
  await visitor.eventually(() => page.innerText("#other-model span").catch(() => ""), "Found by the model “double”; “general” is in use now.");
  await page.click("#read-again");
  await visitor.announced(/^Done/);
  assert.equal(await page.isVisible("#other-model"), false);
  const sources = () => page.locator(".reading .entity.first").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label").replace(/score.*|,[^,]*relation.*/, "").trim()));
  await visitor.eventually(sources, ["Method:a, metric, set by you", "Task:b, task,", "Task:c, task,", "Metric:d, metric,", "Task:e, task,"]);
  assert.deepEqual(await visitor.texts("#notices .notice"), []);
}, { text: TEXT });

visit("a change of the model frees the one before, also while it reads", async (visitor) => {
  const { page } = visitor;
  for (const label of ["General", "Science", "General"]) {
    await visitor.write(Array.from({ length: 9 }, (_, i) => `SLOW Task:t${i}.`).join("\n"));
    await page.click("#extract");
    await visitor.eventually(async () => (await visitor.count(".sentence")) > 0, true);
    await page.selectOption("#model", { label });
    await visitor.announced(/^The model is ready/);
  }
  await visitor.eventually(() => page.evaluate(() => liveExtractors.size), 1);
  assert.deepEqual(await visitor.texts(".notice-error"), []);
});
