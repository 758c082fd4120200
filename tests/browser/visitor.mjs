import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const OPTIONS = { executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: FLAGS };

export const launch = () => chromium.launch(OPTIONS);

/** Launches a browser with a profile in a folder. @param {string} profile */
export const launchWith = (profile) => chromium.launchPersistentContext(profile, OPTIONS);

/** A visitor of the page. Records errors, policy violations and requests to other origins, which fail the test. */
export class Visitor {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} origin
   * @param {import("playwright-core").BrowserContextOptions & {home?: import("playwright-core").BrowserContext}} [options]
   *   a visitor with a `home` uses this context and its cache, without the data that the page stored
   */
  static async arrive(browser, origin, { home, ...options } = {}) {
    const visitor = new Visitor();
    visitor.origin = origin;
    visitor.home = home;
    // The service worker of a cached page would answer in place of the server.
    visitor.context = home ?? (await browser.newContext({ serviceWorkers: "block", ...options }));
    visitor.page = await visitor.context.newPage();
    if (home) await visitor.forget();
    visitor.problems = [];
    visitor.foreign = [];
    visitor.page.on("pageerror", (error) => visitor.problems.push(error.message));
    visitor.page.on("console", (message) => {
      if (/content security policy|trusted type/i.test(message.text())) visitor.problems.push(message.text());
    });
    visitor.watch = (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) visitor.foreign.push(request.url());
    };
    visitor.context.on("request", visitor.watch);
    return visitor;
  }

  /** Clears the data that the page stored. */
  async forget() {
    const devtools = await this.context.newCDPSession(this.page);
    await devtools.send("Storage.clearDataForOrigin", { origin: this.origin, storageTypes: "all" });
    await devtools.detach();
  }

  /** @param {string} [query] such as "?backend=cpu" */
  open(query = "") {
    return this.page.goto(`${this.origin}/${query}`);
  }

  /** @param {number} [timeout] */
  async ready(timeout = 60_000) {
    await this.page.waitForSelector('#engine-line[data-state="ready"]', { timeout });
  }

  /** @param {string} text @param {number} [timeout] */
  async extract(text, timeout = 60_000) {
    await this.write(text);
    await this.page.click("#extract");
    await this.announced(/^Done/, timeout);
  }

  /** Sets the text of the box at once, as pasting does. @param {string} text */
  async write(text) {
    await this.page.locator("#text").evaluate((box, text) => {
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
    await this.page.evaluate(() => (document.getElementById("announce").textContent = ""));
  }

  /** @param {RegExp} pattern @param {number} [timeout] */
  async announced(pattern, timeout = 60_000) {
    const said = ({ source }) => new RegExp(source).test(document.getElementById("announce").textContent);
    await this.page.waitForFunction(said, { source: pattern.source }, { timeout });
  }

  /** Waits until a value equals the expected one. @template T @param {() => Promise<T>} read @param {T} expected */
  async eventually(read, expected) {
    const end = Date.now() + 30_000;
    for (;;) {
      const value = await read();
      try {
        return assert.deepEqual(value, expected);
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await this.page.waitForTimeout(30);
    }
  }

  /** Waits until a selector matches a number of elements. @param {string} selector @param {number} count */
  sees(selector, count) {
    return this.eventually(() => this.count(selector), count);
  }

  /** Clicks an element and returns the file that is downloaded. @param {string} selector @returns {Promise<{name: string, text: string}>} */
  async download(selector) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.click(selector)]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  }

  /** Opens files through the file input. @param {{name: string, text: string|Buffer}[]} files */
  async openFiles(...files) {
    await this.page.setInputFiles("#file", files.map(({ name, text }) => ({ name, mimeType: "", buffer: Buffer.from(text) })));
  }

  /** @param {string} selector */
  texts(selector) {
    return this.page.locator(selector).allInnerTexts();
  }

  count(selector) {
    return this.page.locator(selector).count();
  }

  async leave() {
    this.context.off("request", this.watch);
    if (this.home) for (const page of this.context.pages()) await page.close();
    else await this.context.close();
    assert.deepEqual(this.foreign, [], "the page sent a request to another origin");
    assert.deepEqual(this.problems, [], "the page had errors or broke its content policy");
  }
}
