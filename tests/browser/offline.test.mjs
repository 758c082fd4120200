// The page without a network, and its update to a newer version, with a stub in place of the wasm module.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineMounts, writeModelStub } from "./model_stub.mjs";
import { serve } from "./server.mjs";
import { launch, Visitor } from "./visitor.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Builds a site as trunk does; every file contains its version. */
async function build(version) {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-site-"));
  const skip = (path) => !path.includes("models");
  await cp(here("../../www"), folder, { recursive: true, filter: skip });
  const { "/spanlight": modules, ...parts } = await engineMounts();
  await cp(modules, join(folder, "spanlight"), { recursive: true });
  for (const [path, file] of Object.entries(parts)) await cp(file, join(folder, path));
  for (const model of ["science", "general"]) await cp(await writeModelStub(), join(folder, "models", model), { recursive: true });
  await cp(here("../../www/models/index.json"), join(folder, "models", "index.json"));
  await appendFile(join(folder, "css", "theme.css"), `:root { --version: ${version}; }`);
  await writeFile(join(folder, "js", "version.js"), `export const version = ${version};`);
  await run("node", [here("../../www/shell.mjs"), folder]);
  // A model that came after the build.
  await cp(await writeModelStub(), join(folder, "models", "own"), { recursive: true });
  return folder;
}

/** Declares a test with a visitor of a site whose folder can be replaced. @param {string} name @param {(visit: {visitor: Visitor, server: any, deploy: (folder: string) => Promise<void>}) => Promise<void>} body */
const visit = (name, body) =>
  test(name, { timeout: 60_000 }, async () => {
    const folder = await build(1);
    const server = await serve({ root: folder });
    const visitor = await Visitor.arrive(browser, server.origin, { serviceWorkers: "allow" });
    const deploy = (newer) => cp(newer, folder, { recursive: true });
    try {
      await body({ visitor, server, deploy });
    } finally {
      await visitor.context.close();
      // One test closes the server itself.
      await server.close().catch(() => {});
    }
  });

/** Waits until the page is in one of some states, and returns the state. */
const offline = (visitor, states) =>
  visitor.page.evaluate(async (states) => {
    const { Offline } = await import("/js/offline.js");
    const made = (globalThis.offlineOfTest ??= new Offline());
    while (!states.includes(made.state)) await new Promise((resolve) => setTimeout(resolve, 20));
    return made.state;
  }, states);

const versions = (visitor) =>
  visitor.page.evaluate(async () => ({
    css: getComputedStyle(document.documentElement).getPropertyValue("--version").trim(),
    js: String((await import("/js/version.js")).version),
  }));

visit("after the first visit the page opens and reads without a network", async ({ visitor, server }) => {
  await visitor.open();
  await visitor.ready();
  assert.equal(await offline(visitor, ["ready", "failed"]), "ready");
  await visitor.context.setOffline(true);
  await server.close();
  await visitor.open("?backend=cpu");
  await visitor.ready();
  await visitor.extract("Method:a for Task:b.");
  // The marks are drawn with the next frame.
  await visitor.eventually(() => visitor.count(".reading .entity"), 2);
  assert.deepEqual(await visitor.page.locator("#model option").allInnerTexts(), ["Science", "General", "Your own …"]);
});

visit("of other models, the manifests of the last twenty are kept, and none of a model that is gone", async ({ visitor }) => {
  await visitor.open();
  await visitor.ready();
  await offline(visitor, ["ready"]);
  await visitor.open();
  const kept = await visitor.page.evaluate(async () => {
    const cache = await caches.open("spanlight-manifests-v1");
    for (let i = 0; i < 30; i++) await cache.put(`/models/m${i}/manifest.json`, new Response("{}"));
    const list = async () => (await cache.keys()).map(({ url }) => new URL(url).pathname);
    await fetch("/models/m29/manifest.json");
    const gone = await list();
    await fetch("/models/own/manifest.json");
    return { gone, kept: await list() };
  });
  assert.ok(!kept.gone.includes("/models/m29/manifest.json"));
  assert.equal(kept.kept.length, 20);
  assert.deepEqual([kept.kept[0], kept.kept.at(-1)], ["/models/m10/manifest.json", "/models/own/manifest.json"]);
});

visit("the weights are not cached twice", async ({ visitor, server }) => {
  await visitor.open();
  await visitor.ready();
  await offline(visitor, ["ready"]);
  assert.equal(server.requests.filter((path) => path.endsWith("weights.safetensors")).length, 1);
});

visit("a newer version waits until the visitor accepts it, and is complete", async ({ visitor, server, deploy }) => {
  await visitor.open();
  await visitor.ready();
  await offline(visitor, ["ready"]);
  await deploy(await build(2));
  const before = server.requests.length;
  await visitor.open();
  assert.equal(await offline(visitor, ["update"]), "update");
  assert.deepEqual(await versions(visitor), { css: "1", js: "1" });
  const fetched = server.requests.slice(before);
  assert.ok(fetched.includes("/css/theme.css") && !fetched.includes("/spanlight_web_bg.wasm"), `only what changed is fetched: ${fetched}`);

  await Promise.all([visitor.page.waitForEvent("load"), visitor.page.evaluate(() => globalThis.offlineOfTest.update())]);
  assert.deepEqual(await versions(visitor), { css: "2", js: "2" });
  await visitor.ready();
});

visit("an incomplete deployment is not used", async ({ visitor, server, deploy }) => {
  await visitor.open();
  await visitor.ready();
  await offline(visitor, ["ready"]);
  const newer = await build(2);
  await writeFile(join(newer, "js", "version.js"), "export const version = 3;");
  await deploy(newer);
  await visitor.open();
  const end = await visitor.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const updated = await registration.update().catch((error) => error);
    const { installing } = updated;
    if (installing) await new Promise((resolve) => installing.addEventListener("statechange", resolve));
    return installing?.state ?? String(updated);
  });
  assert.match(end, /redundant|Error/);
  assert.equal(await offline(visitor, ["ready", "update"]), "ready");
  assert.deepEqual(await versions(visitor), { css: "1", js: "1" });
  assert.ok(server.requests.filter((path) => path === "/js/version.js").length > 1, "it was looked at");
});

test("a page that was not built is not cached", async () => {
  const folder = await build(1);
  await writeFile(join(folder, "sw.js"), await readFile(here("../../www/sw.js")));
  const server = await serve({ root: folder });
  try {
    const visitor = await Visitor.arrive(browser, server.origin, { serviceWorkers: "allow" });
    await visitor.open();
    await visitor.ready();
    assert.equal(await offline(visitor, ["ready", "failed"]), "failed");
    await visitor.leave();
  } finally {
    await server.close();
  }
});
