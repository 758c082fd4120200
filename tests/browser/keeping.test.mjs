// Work in progress: what the browser keeps, of several tabs, over versions, and when it has no room.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { visits } from "./double.mjs";

const visit = visits();
const TEXT = "We use Method:a for Task:b here.\n\nMetric:c and plain words of Task:d.";

const types = (page) => page.locator(".reading .entity.first").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label").split(", ").slice(0, 2).join(" = ")));

/** Waits until everything is saved. */
const saved = (page) => page.waitForFunction(() => document.getElementById("kept-state").textContent === "Saved");

/** Removes the first entity, as a correction. */
async function correct(page) {
  if ((await page.getAttribute("#correct", "aria-pressed")) !== "true") await page.click("#correct");
  await page.locator(".reading .entity").first().click();
  await page.click('#selection [data-key="remove"]');
}

const ready = (page) => page.waitForSelector('#engine-line[data-state="ready"]');

async function extract(page, text) {
  await page.fill("#text", text);
  await page.click("#extract");
  await page.waitForFunction(() => /^Done/.test(document.getElementById("announce").textContent));
}

/** Opens another tab of the same browser. @returns {Promise<import("playwright-core").Page>} */
async function tab(visitor) {
  const page = await visitor.context.newPage();
  await page.goto(`${visitor.origin}/`);
  await ready(page);
  return page;
}

/** The stored work and drafts, by their keys. */
const storage = (page) =>
  page.evaluate(async () => {
    const settled = (asked) => new Promise((resolve, reject) => Object.assign(asked, { onsuccess: () => resolve(asked.result), onerror: () => reject(asked.error) }));
    const database = await settled(indexedDB.open("spanlight"));
    const found = {};
    for (const shelf of ["work", "drafts"]) {
      const store = database.transaction(shelf).objectStore(shelf);
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
      found[shelf] = keys.map((key, i) => [key, values[i]]);
    }
    database.close();
    return found;
  });

visit("two tabs keep their own work, and each finds it again", async (visitor) => {
  const { page } = visitor;
  await correct(page);
  await saved(page);
  const other = await tab(visitor);
  assert.equal(await other.inputValue("#text"), "", "the work of an open tab stays there");
  await extract(other, "Other Task:x.");
  await saved(other);
  for (const one of [page, other, page]) {
    await one.reload();
    await ready(one);
  }
  await visitor.eventually(() => types(page), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
  assert.equal(await page.inputValue("#text"), TEXT);
  await visitor.eventually(() => types(other), ["Task:x = task"]);
  assert.equal(await other.inputValue("#text"), "Other Task:x.");
}, { text: TEXT });

visit("a new tab shows the last work of a closed tab, and lists the rest", async (visitor) => {
  const first = await tab(visitor);
  await extract(first, TEXT);
  await saved(first);
  const second = await tab(visitor);
  await extract(second, "Second Task:x.");
  await saved(second);
  const third = await tab(visitor);
  await first.close();
  await second.close();
  const fresh = await tab(visitor);
  await visitor.eventually(() => fresh.inputValue("#text"), "Second Task:x.");
  await fresh.click("#kept-open");
  await visitor.eventually(() => fresh.locator(".kept li").count(), 1);
  assert.match(await fresh.innerText(".kept li"), /2 sentences[^]*We use Method:a/);
  await fresh.click('.kept button:has-text("Open")');
  await visitor.eventually(() => types(fresh), ["Method:a = method", "Task:b = task", "Metric:c = metric", "Task:d = task"]);
  // What the tab showed before is kept in its place.
  await fresh.click("#kept-open");
  await visitor.eventually(async () => /Second Task:x/.test(await fresh.innerText(".kept")), true);
  const [download] = await Promise.all([fresh.waitForEvent("download"), fresh.click('.kept button:has-text("Download")')]);
  assert.equal(JSON.parse(await readFile(await download.path(), "utf8")).text, "Second Task:x.");
  await fresh.click('.kept button:has-text("Delete")');
  await visitor.eventually(() => fresh.isVisible("#kept-open"), false);
  await third.close();
  await fresh.close();
});

visit("a copied tab does not share the work of the first", async (visitor) => {
  const { page } = visitor;
  await saved(page);
  const key = await page.evaluate(() => sessionStorage.getItem("spanlight-tab"));
  const copy = await visitor.context.newPage();
  await copy.addInitScript((key) => sessionStorage.getItem("copied") ?? (sessionStorage.setItem("copied", "yes"), sessionStorage.setItem("spanlight-tab", key)), key);
  await copy.goto(`${visitor.origin}/`);
  await visitor.eventually(() => copy.inputValue("#text"), TEXT);
  await ready(copy);
  await extract(copy, "Copy Task:x.");
  await saved(copy);
  await page.reload();
  await ready(page);
  await visitor.eventually(() => page.locator(".reading .entity").count(), 4);
  await copy.close();
}, { text: TEXT });

visit("work is saved while a text is read", async (visitor) => {
  const { page } = visitor;
  await visitor.write(Array.from({ length: 60 }, (_, i) => `SLOW Task:t${i}.`).join("\n"));
  await page.click("#extract");
  await visitor.eventually(async () => (await storage(page)).work.some(([, { sentences }]) => sentences.length > 5), true);
  assert.equal(await page.isVisible("#cancel"), true, "it still reads");
  await page.reload();
  await visitor.eventually(async () => (await visitor.count(".sentence")) > 5, true);
  assert.match(await page.innerText(".rest"), /Task:t59/);
});

visit("corrections that the next text does not contain can be brought back, also after a reload", async (visitor) => {
  const { page } = visitor;
  await correct(page);
  await page.click("#examples .chip >> nth=0");
  await page.click("#extract");
  await visitor.announced(/^Done/);
  await page.click('.notice button:has-text("Bring them back")');
  await visitor.eventually(() => types(page), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
  assert.equal(await page.inputValue("#text"), TEXT);
  await page.click("#correct");
  await page.click("#correct");
  assert.equal(await page.isDisabled("#undo"), false, "undo still works");
  await visitor.extract("Another Task:x.");
  assert.match((await visitor.texts(".notice")).join(), /corrections of “text” were put aside/);
  await saved(page);
  await page.reload();
  await ready(page);
  await page.click("#kept-open");
  await page.click('.kept button:has-text("Open")');
  await visitor.eventually(() => types(page), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
}, { text: TEXT });

visit("corrections that occur again are not put aside", async (visitor) => {
  const { page } = visitor;
  await correct(page);
  await visitor.extract(`${TEXT}\n\nMore Task:x.`);
  await visitor.eventually(() => types(page), ["Task:b = task", "Metric:c = metric", "Task:d = task", "Task:x = task"]);
  await saved(page);
  assert.deepEqual(await visitor.texts("#notices .notice"), []);
  assert.equal((await storage(page)).work.length, 1);
}, { text: TEXT });

visit("an annotated file does not take the place of corrections for good", async (visitor) => {
  const { page } = visitor;
  await correct(page);
  await visitor.openFiles({ name: "a.json", text: '{"text":"Some parser.","entities":[{"start":5,"end":11,"type":"Method"}]}' });
  await visitor.eventually(() => types(page), ["parser = method"]);
  await page.click('.notice button:has-text("Bring them back")');
  await visitor.eventually(() => types(page), ["Task:b = task", "Metric:c = metric", "Task:d = task"]);
}, { text: TEXT });

/** Writes work into the storage before the page opens. */
const plant = (visitor, version, work) =>
  visitor.page.evaluate(
    async ([version, work]) => {
      const opening = indexedDB.open("spanlight", version);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore("work");
        if (version > 1) opening.result.createObjectStore("drafts");
      };
      const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
      const transaction = database.transaction("work", "readwrite");
      transaction.objectStore("work").put(work, "current");
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    },
    [version, work],
  );

const entity = { id: 7, start: 0, end: 1, type: "Task", score: null, source: "human" };
const OLD = {
  name: "old",
  rest: "",
  sentences: [{ before: "", text: "a b", words: null, entities: [entity], relations: [], found: null, checked: true }],
  choice: { hidden: { entity: [], relation: [] }, least: { entity: [], relation: [] }, banned: [] },
  schema: { entities: ["Task"], relations: [], symmetric: [] },
  model: null,
  read: 3,
};

/** Leaves the page for one of the same origin that stores nothing, and empties the storage. */
async function empty(visitor) {
  await visitor.page.evaluate(() => sessionStorage.clear());
  await visitor.page.goto(`${visitor.origin}/icon.svg`);
  await visitor.forget();
}

visit("work that the first version of the page stored is shown", async (visitor) => {
  await empty(visitor);
  await plant(visitor, 1, OLD);
  await visitor.open();
  await visitor.eventually(() => types(visitor.page), ["a = task"]);
  await saved(visitor.page);
  assert.deepEqual((await storage(visitor.page)).work.map(([key, { version }]) => [key, version]), [["current", 2]]);
});

for (const [fault, work, reason] of [
  ["damaged", { ...OLD, sentences: [{ ...OLD.sentences[0], entities: [{ ...entity, end: 99 }] }] }, /0–99 is not a range of the sentence/],
  ["of a newer version", { ...OLD, version: 9 }, /newer version of this page. Reload/],
]) {
  visit(`work that is ${fault} is kept, and can be downloaded`, async (visitor) => {
    const { page } = visitor;
    await empty(visitor);
    await plant(visitor, 2, work);
    await visitor.open();
    await page.waitForSelector(".notice-error");
    assert.match(await page.innerText(".notice-error"), reason);
    const file = await visitor.download('.notice-error button:has-text("Download it")');
    assert.deepEqual(JSON.parse(file.text), work);
    await ready(page);
    await visitor.extract("New Task:x.");
    await saved(page);
    const kept = (await storage(page)).work.map(([, { name }]) => name).sort();
    assert.deepEqual(kept, ["old", "text"]);
  });
}

visit("a browser without room says so in words, and saves again once there is room", async (visitor) => {
  const { page } = visitor;
  await saved(page);
  await page.evaluate(() => {
    globalThis.put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function () {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await correct(page);
  await page.waitForSelector(".notice-error");
  assert.match(await page.innerText(".notice-error"), /no room left for your work.*Export it, delete texts.*or free space/);
  assert.equal(await page.innerText("#kept-state"), "Not saved");
  await page.evaluate(() => (IDBObjectStore.prototype.put = globalThis.put));
  await page.click("#undo");
  await saved(page);
}, { text: TEXT });

visit("work counts as saved only when the browser has committed it", async (visitor) => {
  const { page } = visitor;
  await saved(page);
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...what) {
      const asked = put.apply(this, what);
      // The request succeeds, and the commit fails.
      asked.addEventListener("success", () => this.transaction.abort());
      return asked;
    };
  });
  await correct(page);
  await visitor.eventually(() => page.innerText("#kept-state"), "Not saved");
}, { text: TEXT });

visit("the browser is asked to keep corrected work, once", async (visitor) => {
  const { page } = visitor;
  await page.evaluate(() => {
    globalThis.asked = 0;
    navigator.storage.persisted = async () => false;
    navigator.storage.persist = async () => (globalThis.asked++, true);
  });
  await page.fill("#text", `${TEXT} `);
  await saved(page);
  assert.equal(await page.evaluate(() => globalThis.asked), 0, "a text alone can be pasted again");
  await correct(page);
  await saved(page);
  await page.click("#undo");
  await page.click("#redo");
  await saved(page);
  assert.equal(await page.evaluate(() => globalThis.asked), 1);
}, { text: TEXT });

visit("a text of five million characters survives a reload", async (visitor) => {
  const { page } = visitor;
  const text = "Five million words and more. ".repeat(180_000);
  await visitor.write(text);
  await saved(page);
  await page.reload();
  await visitor.eventually(() => page.innerText("#text-count"), `${text.length.toLocaleString("en")} characters`);
});

visit("the box follows when a correction changes the words, unless something else is in it", async (visitor) => {
  const { page } = visitor;
  const rewrite = async (words) => {
    await page.locator(".sentence").nth(1).hover();
    await page.click('.row-tools button:has-text("Edit text")');
    await page.fill(".rewriting textarea", words);
    await page.click('.rewriting button:has-text("Read it again")');
    await visitor.eventually(async () => (await page.locator(".sentence-text").nth(1).innerText()).replace(/\s+/g, " ").trim(), words);
  };
  await page.click("#correct");
  await rewrite("Metric:c and other Material:x.");
  assert.equal(await page.inputValue("#text"), "We use Method:a for Task:b here.\n\nMetric:c and other Material:x.");
  await page.click("#undo");
  assert.equal(await page.inputValue("#text"), TEXT);
  await page.fill("#text", "My own words.");
  await page.click("#redo");
  assert.equal(await page.inputValue("#text"), "My own words.");
}, { text: TEXT });

visit("if nothing may be kept, nothing is stored", async (visitor) => {
  const { page } = visitor;
  await saved(page);
  await page.uncheck("#keep-work");
  await visitor.eventually(() => page.innerText("#kept-state"), "Not kept");
  await page.fill("#text", "Not to be kept.");
  await page.waitForTimeout(800);
  const { work, drafts } = await storage(page);
  assert.deepEqual([work, drafts], [[], []]);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("spanlight-draft")), null);
}, { text: TEXT });
