// The npm package with a stub in place of the wasm module; needs no build.
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engineMounts, writeModelStub } from "./model_stub.mjs";
import { serve } from "./server.mjs";
import { launch } from "./visitor.mjs";

let browser, server;

before(async () => {
  const blank = join(await mkdtemp(join(tmpdir(), "spanlight-blank-")), "blank.html");
  await writeFile(blank, "<!doctype html><title>host</title>");
  server = await serve({
    root: fileURLToPath(new URL("../../www", import.meta.url)),
    mounts: {
      ...(await engineMounts()),
      "/copy": fileURLToPath(new URL("../../package/src", import.meta.url)),
      "/blank.html": blank,
      "/models/plain": await writeModelStub(),
      "/models/slow-gpu": await writeModelStub({ webgpu: 80, cpu: 20 }),
      "/models/fast-gpu": await writeModelStub({ webgpu: 5, cpu: 20 }),
      "/models/no-gpu": await writeModelStub({ broken: ["webgpu"] }),
      "/models/broken": await writeModelStub({ broken: ["webgpu", "cpu"] }),
    },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/**
 * Runs a function inside a page that only imports the package.
 * @param {(tools: {Extractor: any, SpanlightError: any, all: any, pause: any, caught: any, slow: any}) => Promise<any>} body
 * @param {(found: any, page: import("playwright-core").Page, asked: (path: string) => number) => Promise<void>|void} check
 */
const inPage = (name, body, check) =>
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.origin}/blank.html`);
    const from = server.requests.length;
    const source = `(async () => {
      const { Extractor, SpanlightError } = await import("/spanlight/index.js");
      const all = async (sentences) => { const found = []; for await (const one of sentences) found.push(one); return found; };
      const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const caught = (promise) => promise.then(() => null, (error) => ({ name: error.name, code: error.code, message: error.message }));
      const slow = (count) => Array.from({ length: count }, (_, i) => "SLOW Task:t" + i + ".").join("\\n");
      return (${body})({ Extractor, SpanlightError, all, pause, caught, slow });
    })()`;
    await check(await page.evaluate(source), page, (path) => server.requests.slice(from).filter((one) => one === path).length);
    await context.close();
  });

/** Waits until the page has a number of workers; the browser reports the end of a worker late. @param {import("playwright-core").Page} page @param {number} count */
async function workers(page, count) {
  for (let tries = 0; tries < 40 && page.workers().length !== count; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(page.workers().length, count, "workers");
}

const TEXT = Array.from({ length: 40 }, (_, i) => `Method:m${i} for Task:t${i}.`).join("\n");
const starts = (sentences) => sentences.map(({ start }) => start);
const everyStart = (text) => [...text.matchAll(/[^\n]+\n*/g)].map(({ index }) => index);

inPage(
  "sentences arrive one by one, and the generator returns their cost",
  `async ({ Extractor }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const found = [];
    const sentences = extractor.extract(${JSON.stringify(TEXT)});
    for (;;) {
      const { done, value } = await sentences.next();
      if (done) return { found, outcome: value, info: extractor.info };
      found.push(value);
    }
  }`,
  ({ found, outcome, info }) => {
    assert.deepEqual(starts(found), everyStart(TEXT));
    assert.equal(found[3].entities[0].text, "Method:m3");
    const { read, total, cancelled, computed, reused, backend } = outcome;
    assert.deepEqual({ read, total, cancelled, computed, reused, backend }, { read: TEXT.length, total: TEXT.length, cancelled: false, computed: 40, reused: 0, backend: "cpu" });
    assert.equal(info.model, "stub");
  },
);

inPage(
  "an abort rejects with its reason and ends the work",
  `async ({ Extractor, all, caught, slow }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const abort = new AbortController();
    const error = caught(all(extractor.extract(slow(20), { signal: abort.signal })));
    setTimeout(() => abort.abort(), 400);
    const before = performance.now();
    const first = await error;
    const took = performance.now() - before;
    const second = await caught(all(extractor.extract("Task:a.", { signal: AbortSignal.abort(new RangeError("mine")) })));
    const after = await all(extractor.extract("Task:a."));
    return { first, second, took, after: after.length };
  }`,
  ({ first, second, took, after }) => {
    assert.equal(first.name, "AbortError");
    assert.equal(second.message, "mine");
    assert.ok(took < 3000, `${took} ms`);
    assert.equal(after, 1);
  },
);

inPage(
  "an aborted reading with a callback keeps the finished sentences",
  `async ({ Extractor, slow }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const abort = new AbortController();
    let sentences = 0;
    const onBatch = (batch) => (sentences += batch.sentences.length) === 3 && abort.abort();
    return { ...(await extractor.read(slow(20), { signal: abort.signal, onBatch })), sentences };
  }`,
  ({ cancelled, read, total, sentences }) => {
    assert.equal(cancelled, true);
    assert.ok(sentences === 3 && read < total, `${sentences}, ${read}`);
  },
);

inPage(
  "leaving the loop ends the work",
  `async ({ Extractor, pause, slow }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    for await (const sentence of extractor.extract(slow(20))) break;
    const before = performance.now();
    await extractor.read("Task:quick.");
    await pause(700);
    return { after: performance.now() - before, last: extractor.backends.last };
  }`,
  ({ last }) => assert.ok(last.computed < 5, `${last.computed} sentences were computed`),
);

inPage(
  "after an edit, only changed sentences are computed, and the cache can be emptied",
  `async ({ Extractor }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const work = async (text, options) => { const { computed, reused } = await extractor.read(text, options); return [computed, reused]; };
    const found = [await work("Task:a.\\nTask:b.\\nTask:c."), await work("Task:a.\\nTask:x.\\nTask:c.")];
    found.push(await work("Task:a.", { reuse: false }));
    await extractor.clearCache();
    return [...found, await work("Task:a.")];
  }`,
  (found) => assert.deepEqual(found, [[3, 0], [1, 2], [1, 0], [1, 0]]),
);

inPage(
  "one sentence can be explained",
  `async ({ Extractor }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const text = "Task:a.\\nMethod:b for Task:c and Maybe:d.\\nTask:e.";
    return [await extractor.explain(text, { start: 8 }), await extractor.explain(text, { start: 9 })];
  }`,
  ([sentence, nothing]) => {
    assert.equal(sentence.start, 8);
    assert.equal(sentence.relations[0].attention.middle, 0.35);
    assert.deepEqual(sentence.entities.map(({ rejected }) => rejected ?? false), [false, false, true]);
    assert.equal(sentence.entities[2].alternatives[0].type, null);
    assert.equal(nothing, null, "the next sentence does not stand in for one that is not there");
  },
);

for (const fault of ["PANIC", "LOST"]) {
  const text = TEXT.split("\n").toSpliced(17, 0, `${fault} Task:x.`).join("\n");
  inPage(
    `a backend that fails (${fault}) is replaced, and every sentence is delivered once`,
    `async ({ Extractor, all }) => {
      const extractor = await Extractor.load("/models/plain", { backend: "webgpu" });
      const why = [];
      extractor.addEventListener("fallback", ({ detail }) => why.push(detail));
      const found = await all(extractor.extract(${JSON.stringify(text)}));
      return { found, why, backends: extractor.backends };
    }`,
    async ({ found, why, backends }, page) => {
      assert.deepEqual(starts(found), everyStart(text));
      assert.deepEqual(why, ["WebGPU failed; the work goes on on WebGPU, started anew.", "WebGPU failed; the work goes on on the processor."]);
      assert.equal(backends.active, "cpu");
      assert.equal(backends.note, why[1]);
      await workers(page, 1);
    },
  );
}

inPage(
  "a lost GPU is tried once more in a new worker",
  `async ({ Extractor, all }) => {
    const policy = trustedTypes.createPolicy("spanlight", { createScriptURL: (url) => url });
    let made = 0;
    const worker = () => new Worker(policy.createScriptURL("/spanlight/worker.js"), { type: "module", name: made++ === 0 ? "fading" : "sound" });
    const extractor = await Extractor.load("/models/plain", { backend: "webgpu", worker });
    const found = await all(extractor.extract("Task:a.\\nFADES Task:b.\\nTask:c."));
    return { sentences: found.length, active: extractor.backends.active, made };
  }`,
  (found) => assert.deepEqual(found, { sentences: 3, active: "webgpu", made: 2 }),
);

inPage(
  "the CPU stands in for a GPU that fails twice, and only for a while",
  `async ({ Extractor, all }) => {
    let later = 0;
    const now = performance.now.bind(performance);
    performance.now = () => now() + later;
    const extractor = await Extractor.load("/models/plain", { backend: "webgpu" });
    const active = [];
    const read = async (text) => active.push([(await all(extractor.extract(text))).length, extractor.backends.active]);
    await read("LOST Task:a.");
    await read("Task:b.");
    later += 6 * 60_000;
    await read("Task:c.");
    // The GPU fails again at once, so the CPU is back without a second try.
    await read("LOST Task:d.");
    later += 6 * 60_000;
    await read("Task:e.");
    return active;
  }`,
  async (active, page) => {
    assert.deepEqual(active, [[1, "cpu"], [1, "cpu"], [1, "webgpu"], [1, "cpu"], [1, "webgpu"]]);
    await workers(page, 1);
  },
);

const MANY = Array.from({ length: 300 }, (_, i) => `Task:a${i}${i % 7 === 0 ? " SLOWLY and Method:b" : ""}.`).join("\n");

inPage(
  "workers share a long text; its sentences come once and in order, and later from the worker that knows them",
  `async ({ Extractor, all }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu", workers: 3 });
    const text = ${JSON.stringify(MANY)};
    const runs = [];
    const read = async (text, options) => {
      const reads = [];
      const found = [];
      const outcome = await extractor.read(text, { ...options, onBatch: ({ sentences, read }) => (found.push(...sentences), reads.push(read)) });
      const { computed, reused } = outcome;
      runs.push({ starts: found.map(({ start }) => start), rising: reads.every((read, i) => i === 0 || read >= reads[i - 1]), last: reads.at(-1), read: outcome.read, computed, reused });
    };
    await read(text);
    const ready = extractor.backends.workers;
    await read(text);
    await read("Task:new.\\n" + text);
    await read(text, { from: 30, limit: 100 });
    const alone = await Extractor.load("/models/plain", { backend: "cpu", workers: 1 });
    const same = JSON.stringify(await all(alone.extract(text))) === JSON.stringify(await all(extractor.extract(text)));
    return { runs, ready, same };
  }`,
  async ({ runs, ready, same }, page) => {
    const begins = everyStart(MANY);
    const [first, again, edited, part] = runs;
    assert.deepEqual(first.starts, begins);
    assert.deepEqual([first.computed, first.reused, first.read], [300, 0, MANY.length]);
    assert.deepEqual([again.computed, again.reused], [0, 300]);
    assert.deepEqual([edited.computed, edited.reused], [1, 300]);
    const firstOfPart = begins.findIndex((start) => start >= 30);
    assert.deepEqual(part.starts, begins.slice(firstOfPart, firstOfPart + 100));
    assert.equal(part.read, begins[firstOfPart + 100]);
    for (const { rising, last, read } of runs) assert.ok(rising && last === read);
    assert.equal(ready, 3);
    assert.ok(same, "several workers find what one finds");
    await workers(page, 4);
  },
);

inPage(
  "a worker that fails leaves its sentences to the others",
  `async ({ Extractor, all }) => {
    const policy = trustedTypes.createPolicy("spanlight", { createScriptURL: (url) => url });
    let made = 0;
    const worker = () => new Worker(policy.createScriptURL("/spanlight/worker.js"), { type: "module", name: made++ === 0 ? "sound" : "fading" });
    const extractor = await Extractor.load("/models/plain", { backend: "cpu", worker, workers: 3 });
    const text = ${JSON.stringify(MANY)}.replaceAll("Task:a2", "FADES Task:a2");
    return { found: await all(extractor.extract(text)), text, made, left: extractor.backends.workers };
  }`,
  async ({ found, text, made, left }, page) => {
    assert.deepEqual(starts(found), everyStart(text));
    assert.deepEqual([made, left], [3, 1]);
    await workers(page, 1);
  },
);

inPage(
  "workers that start while the first one crashes are ended",
  `async ({ Extractor, caught }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu", workers: 4 });
    const failure = await caught(extractor.read("TRAP " + ${JSON.stringify(MANY)}));
    return failure.code;
  }`,
  async (code, page) => {
    assert.equal(code, "crashed");
    await workers(page, 0);
  },
);

inPage(
  "an abort stops all workers, which then read on",
  `async ({ Extractor, all }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu", workers: 2 });
    const text = ${JSON.stringify(MANY)};
    const stop = new AbortController();
    let seen = 0;
    const outcome = await extractor.read(text.replaceAll("Task", "SLOW Task"), { signal: stop.signal, onBatch: ({ sentences }) => (seen += sentences.length) > 20 && stop.abort() });
    return { seen, outcome, after: (await all(extractor.extract(text))).length };
  }`,
  ({ seen, outcome, after }) => {
    assert.ok(outcome.cancelled && seen > 20 && seen < 300, `${seen} sentences`);
    assert.equal(after, 300);
  },
);

inPage(
  "freeing an extractor ends a worker that is still loading",
  `async ({ Extractor, caught }) => {
    const extractor = new Extractor("/models/plain", { backend: "cpu" });
    const loading = caught(extractor.ready());
    extractor.free();
    return (await loading).code;
  }`,
  async (code, page) => {
    assert.equal(code, "freed");
    await workers(page, 0);
  },
);

inPage(
  "two copies of the package share the policy that the content policy allows once",
  `async ({ Extractor }) => {
    const copy = await import("/copy/index.js");
    const both = await Promise.all([Extractor, copy.Extractor].map((one) => one.load("/models/plain", { backend: "cpu" })));
    return { same: Extractor === copy.Extractor, models: both.map(({ info }) => info.model) };
  }`,
  (found) => assert.deepEqual(found, { same: false, models: ["stub", "stub"] }),
);

inPage(
  "concurrent requests survive the same failure",
  `async ({ Extractor, all }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "webgpu" });
    const why = [];
    extractor.addEventListener("fallback", ({ detail }) => why.push(detail));
    const texts = ["SLOW Task:a.\\nPANIC Task:b.\\nTask:c.", "SLOW Task:d.\\nSLOW Task:e.\\nTask:f."];
    const found = await Promise.all(texts.map((text) => all(extractor.extract(text))));
    return { found: found.map((one) => one.length), why: why.length };
  }`,
  ({ found, why }) => assert.deepEqual({ found, why }, { found: [3, 3], why: 2 }),
);

inPage(
  "a text that crashes every backend rejects, and other texts can be read",
  `async ({ Extractor, all, caught }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "webgpu" });
    const error = await caught(all(extractor.extract("Task:a.\\nTRAP Task:b.")));
    return { error, after: (await all(extractor.extract("Task:a."))).length };
  }`,
  ({ error, after }) => {
    assert.deepEqual([error.name, error.code], ["SpanlightError", "crashed"]);
    assert.equal(after, 1);
  },
);

inPage(
  "a backend that cannot load the model is replaced while loading",
  `async ({ Extractor, caught }) => {
    const extractor = await Extractor.load("/models/no-gpu");
    return { backends: extractor.backends, error: await caught(Extractor.load("/models/broken")) };
  }`,
  async ({ backends, error }, page) => {
    assert.equal(backends.active, "cpu");
    assert.match(backends.note, /WebGPU failed/);
    assert.equal(error.code, "crashed");
    await workers(page, 1);
  },
);

for (const [model, winner] of [["slow-gpu", "cpu"], ["fast-gpu", "webgpu"]]) {
  // Slow enough that the race interrupts the reading.
  const text = TEXT.replaceAll("\nMethod:m20", "\nSLOW Method:m20").replaceAll("\nMethod:m21", "\nSLOW Method:m21");
  inPage(
    `the faster backend wins the race on the first text: ${model}`,
    `async ({ Extractor, all, pause }) => {
      const extractor = await Extractor.load("/models/${model}", { workers: 2 });
      const states = [extractor.backends.race];
      extractor.addEventListener("backends", ({ detail }) => states.push(detail.race));
      const short = await extractor.read("Task:short.");
      states.push("text");
      const found = await all(extractor.extract(${JSON.stringify(text)}));
      while (extractor.backends.race !== "decided") await pause(20);
      await pause(50);
      return { found, short, states, backends: extractor.backends, info: extractor.info };
    }`,
    async ({ found, short, states, backends, info }, page, asked) => {
      assert.deepEqual(starts(found), everyStart(text));
      assert.equal(short.backend, "webgpu");
      assert.ok(!states.slice(0, states.indexOf("text")).includes("running"), "a short text starts no race");
      assert.deepEqual([...new Set(states)].filter((state) => state !== "text"), ["waiting", "running", "decided"]);
      assert.equal(backends.active, winner);
      assert.equal(info.backend, winner);
      assert.ok(backends.speeds.webgpu.piecesPerSecond > 0 && backends.speeds.cpu.piecesPerSecond > 0);
      if (winner === "cpu") assert.match(backends.note, /processor is used/);
      await workers(page, winner === "cpu" ? 2 : 1);
      assert.equal(asked(`/models/${model}/weights.safetensors`), 1, "the weights came once");
      assert.equal(asked("/spanlight_web_bg.wasm"), 1, "the engine came once");
    },
  );
}

inPage(
  "several extractors work at once, and freeing one leaves the others",
  `async ({ Extractor, all, caught, slow }) => {
    const [a, b] = await Promise.all([Extractor.load("/models/plain", { backend: "cpu" }), Extractor.load("/models/plain", { backend: "webgpu" })]);
    const running = caught(a.read(slow(10)));
    const other = all(b.extract(slow(3)));
    a.free();
    return { freed: await running, later: await caught(a.read("Task:a.")), other: (await other).length };
  }`,
  async ({ freed, later, other }, page) => {
    assert.equal(freed.code, "freed");
    assert.equal(later.code, "freed");
    assert.equal(other, 3);
    await workers(page, 1);
  },
);

inPage(
  "a model can be given as bytes",
  `async ({ Extractor, caught }) => {
    const names = { manifest: "manifest.json", tokenizer: "tokenizer.json", weights: "weights.safetensors" };
    const parts = {};
    for (const [key, name] of Object.entries(names)) parts[key] = new Uint8Array(await (await fetch("/models/plain/" + name)).arrayBuffer());
    const extractor = await Extractor.load(parts, { backend: "cpu" });
    const { computed } = await extractor.read("Task:a.");
    const { weights, ...rest } = parts;
    return { computed, size: parts.weights.length, wrong: [await caught(Extractor.load(rest)), await caught(Extractor.load(7)), await caught(extractor.read(7))] };
  }`,
  ({ computed, size, wrong }) => {
    assert.equal(computed, 1);
    assert.equal(size, 300_000, "the caller's bytes are still there");
    assert.deepEqual(wrong.map(({ code }) => code), ["argument", "argument", "argument"]);
  },
);

inPage(
  "the host can start the worker",
  `async ({ Extractor }) => {
    let made = 0;
    const policy = trustedTypes.createPolicy("spanlight", { createScriptURL: (url) => url });
    const worker = () => (made++, new Worker(policy.createScriptURL("/spanlight/worker.js"), { type: "module" }));
    const extractor = await Extractor.load("/models/plain", { backend: "cpu", worker });
    return { made, computed: (await extractor.read("Task:a.")).computed };
  }`,
  (found) => assert.deepEqual(found, { made: 1, computed: 1 }),
);

inPage(
  "a load can be aborted, and its errors name the problem of a model",
  `async ({ Extractor, caught }) => {
    const abort = new AbortController();
    const loading = caught(Extractor.load("/models/plain", { backend: "cpu", signal: abort.signal, onProgress: () => abort.abort() }));
    return { aborted: await loading, absent: await caught(Extractor.load("/models/absent")) };
  }`,
  async ({ aborted, absent }, page) => {
    assert.equal(aborted.name, "AbortError");
    assert.deepEqual([absent.name, absent.code], ["SpanlightError", "network"]);
    assert.match(absent.message, /manifest\.json.*404/);
    await workers(page, 0);
  },
);

const GOLD = { tokens: ["Alice", "met", "Bob"], entities: [{ type: "PER", start: 0, end: 1 }, { type: "PER", start: 2, end: 3 }] };

inPage(
  "the module reads annotated files, and its errors reach the caller",
  `async ({ Extractor, caught }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const file = { name: "my.jsonl", text: ${JSON.stringify(JSON.stringify(GOLD))}, format: "spert", parts: [{ name: "b", text: "" }] };
    return { gold: await extractor.readGold(file), fault: await caught(extractor.readGold({ name: "my.jsonl", text: "[" })) };
  }`,
  ({ gold, fault }) => {
    assert.deepEqual([gold.format, gold.sentences[0].words, gold.parts], ["spert", GOLD.tokens, ["b"]]);
    assert.deepEqual(fault, { name: "SpanlightError", code: "data", message: "my.jsonl: line 1: mend the JSON" });
  },
);

inPage(
  "gold is evaluated, with progress, and can be aborted",
  `async ({ Extractor }) => {
    const extractor = await Extractor.load("/models/plain", { backend: "cpu" });
    const { sentences } = await extractor.readGold({ name: "g", text: ${JSON.stringify(JSON.stringify(GOLD))} });
    const seen = [];
    const evaluation = await extractor.evaluate(sentences, { onProgress: ({ done, total }) => seen.push([done, total]) });
    const scored = await extractor.score(sentences, evaluation.predictions);
    const abort = new AbortController();
    const many = Array.from({ length: 50 }, () => sentences[0]);
    const ended = await extractor.evaluate(many, { signal: abort.signal, onProgress: () => abort.abort() });
    return { seen, evaluation, scored, ended };
  }`,
  ({ seen, evaluation, scored, ended }) => {
    assert.deepEqual(seen, [[1, 1]]);
    assert.equal(evaluation.errors[0].errors.length, 2);
    assert.deepEqual(scored, evaluation);
    assert.equal(ended, null);
  },
);
