import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "./server.mjs";
import { launch, Visitor } from "./visitor.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Declares tests of the page with a double of the engine. Every visit begins with an empty page and a loaded model; if
 * the options contain `text`, the page reads it first.
 * @returns {(name: string, visit: (visitor: Visitor) => Promise<void>, options?: object) => void}
 */
export function visits() {
  let browser, server, home;
  before(async () => {
    server = await serve({ root: here("../../www"), mounts: { "/spanlight/index.js": here("extractor_double.js"), "/spanlight/invented.js": here("invented.js") }, still: true });
    browser = await launch();
    home = await browser.newContext({ serviceWorkers: "block" });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  return (name, visit, { text, ...options } = {}) =>
    test(name, async () => {
      // Visits without special options share a browser context, which has the page's files in its cache.
      const visitor = await Visitor.arrive(browser, server.origin, Object.keys(options).length > 0 ? options : { home });
      await visitor.open();
      await visitor.ready();
      if (text !== undefined) await visitor.extract(text);
      await visit(visitor);
      await visitor.leave();
    });
}
