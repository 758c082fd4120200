// The npm package inside a bundle, used as the README describes, with the real engine.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build, createServer } from "vite";
import { serve } from "./server.mjs";
import { launch } from "./visitor.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = process.env.SPANLIGHT_PACKAGE ?? here("../../package/build");
const PATIENCE = 120_000;
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const PAGES = ["index", "worker", "element", "project"];

let browser, folder, server;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "spanlight-bundle-"));
  await cp(PACKAGE, join(folder, "node_modules", "spanlight"), { recursive: true });
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  const [, example] = readme.match(/```html\n(<!doctype[\s\S]*?)```/);
  const [, worker] = readme.match(/`(worker: \(\) => new Worker[^`]*)`/);
  const index = swap(example, "./node_modules/spanlight/src/index.js", "spanlight");
  await page("index", index);
  await page("worker", swap(index, '"models/science/"', `"models/science/", { ${worker.replace(/\s+/g, " ")} }`));
  await page(
    "element",
    `<!doctype html><script type="module">import "spanlight/element.js";</script>
    <spanlight-text model="science">We use a parser for machine translation.</spanlight-text>`,
  );
  const project = await readFile(here("../../README.md"), "utf8");
  const [, lines] = project.match(/```js\n([\s\S]*?)```/);
  await page(
    "project",
    `<!doctype html><body><script type="module">
    const text = "We use a parser for machine translation.";
    ${lines}
    document.body.append("all sentences read");</script>`,
  );
  const input = PAGES.map((name) => join(folder, `${name}.html`));
  await build({ root: folder, configFile: false, logLevel: "warn", build: { rollupOptions: { input } } });
  server = await serve({ root: join(folder, "dist"), mounts: { "/models/science": here("tiny") } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

function swap(text, old, by) {
  assert.ok(text.includes(old), `the README's example has no ${old}`);
  return text.replace(old, () => by);
}

/** @param {string} name @param {string} html */
const page = (name, html) =>
  writeFile(join(folder, `${name}.html`), swap(html, "<!doctype html>", `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">`));

/** @param {() => string} address @param {(page: import("playwright-core").Page) => Promise<void>} body */
const visit = (name, address, body) =>
  test(name, { timeout: 2 * PATIENCE }, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const failure = new Promise((_, reject) => page.on("pageerror", reject));
    await page.goto(address());
    await Promise.race([body(page), failure]).finally(() => context.close());
  });

/** Waits until the example has written an entity with its type. @param {import("playwright-core").Page} page */
const extracts = (page) => page.waitForFunction(() => /\w \(\w+\)/.test(document.body?.innerText ?? ""), null, { timeout: PATIENCE });

visit("the README's example runs", () => `${server.origin}/index.html`, async (page) => {
  await extracts(page);
  const asked = server.requests.filter((path) => path.endsWith(".wasm"));
  assert.equal(asked.length, 1, asked.join());
});

visit("the three lines of the project's README run", () => `${server.origin}/project.html`, (page) =>
  page.waitForFunction(() => document.body?.innerText.includes("all sentences read"), null, { timeout: PATIENCE }),
);

visit("the host can start the worker", () => `${server.origin}/worker.html`, extracts);

visit("the element runs", () => `${server.origin}/element.html`, async (page) => {
  await page.waitForSelector("spanlight-text mark", { timeout: PATIENCE });
});

test("the example runs in the development server", { timeout: 2 * PATIENCE }, async () => {
  await cp(here("tiny"), join(folder, "models", "science"), { recursive: true });
  const optimizeDeps = { exclude: ["spanlight"] };
  const developing = await createServer({ root: folder, configFile: false, logLevel: "warn", optimizeDeps, server: { host: "127.0.0.1", port: 0, watch: null } });
  const context = await browser.newContext();
  try {
    await developing.listen();
    const page = await context.newPage();
    await page.goto(developing.resolvedUrls.local[0]);
    await extracts(page);
  } finally {
    await context.close();
    await developing.close();
  }
});
