import assert from "node:assert/strict";
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

export const launch = () => chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: FLAGS });

/** A person at the page: what they do, and what the page must never do meanwhile. */
export class Visitor {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} origin
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  static async arrive(browser, origin, options = {}) {
    const visitor = new Visitor();
    visitor.origin = origin;
    // A page that is kept would answer for the server.
    visitor.context = await browser.newContext({ serviceWorkers: "block", ...options });
    visitor.page = await visitor.context.newPage();
    visitor.problems = [];
    visitor.foreign = [];
    visitor.page.on("pageerror", (error) => visitor.problems.push(error.message));
    visitor.page.on("console", (message) => {
      if (/content security policy|trusted type/i.test(message.text())) visitor.problems.push(message.text());
    });
    visitor.context.on("request", (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) visitor.foreign.push(request.url());
    });
    return visitor;
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
    await this.page.fill("#text", text);
    await this.page.click("#extract");
    await this.announced(/^Done/, timeout);
  }

  /** @param {RegExp} pattern @param {number} [timeout] */
  async announced(pattern, timeout = 60_000) {
    const said = ({ source }) => new RegExp(source).test(document.getElementById("announce").textContent);
    await this.page.waitForFunction(said, { source: pattern.source }, { timeout });
  }

  /** @param {string} selector */
  texts(selector) {
    return this.page.locator(selector).allInnerTexts();
  }

  count(selector) {
    return this.page.locator(selector).count();
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.foreign, [], "the page asked another origin for something");
    assert.deepEqual(this.problems, [], "the page had errors or broke its content policy");
  }
}
