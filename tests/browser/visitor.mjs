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

/** A browser of its own, which keeps what it keeps in a folder. @param {string} profile */
export const launchWith = (profile) => chromium.launchPersistentContext(profile, OPTIONS);

/** A person at the page: what they do, and what the page must never do meanwhile. */
export class Visitor {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} origin
   * @param {import("playwright-core").BrowserContextOptions & {home?: import("playwright-core").BrowserContext}} [options]
   *   a visitor with a `home` comes back to what others left there, except for what the page kept
   */
  static async arrive(browser, origin, { home, ...options } = {}) {
    const visitor = new Visitor();
    visitor.origin = origin;
    visitor.home = home;
    // A page that is kept would answer for the server.
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

  /** Takes away what a page of this site kept. */
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

  /** Puts a text into the box at once, as pasting does. @param {string} text */
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

  /** Waits until a value is as expected. @template T @param {() => Promise<T>} read @param {T} expected */
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

  /** Waits until so many elements are there. @param {string} selector @param {number} count */
  sees(selector, count) {
    return this.eventually(() => this.count(selector), count);
  }

  /** Presses and gets the file that is downloaded. @param {string} selector @returns {Promise<{name: string, text: string}>} */
  async download(selector) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.click(selector)]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  }

  /** Opens files as the button does. @param {{name: string, text: string|Buffer}[]} files */
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
    assert.deepEqual(this.foreign, [], "the page asked another origin for something");
    assert.deepEqual(this.problems, [], "the page had errors or broke its content policy");
  }
}
