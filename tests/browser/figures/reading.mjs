import { renderers } from "../renderers.mjs";
import { serve } from "../server.mjs";
import { launch, Visitor } from "../visitor.mjs";
import { clock, longest } from "./clock.mjs";

/**
 * Measures the reading of a long document.
 * @param {string} dist the built page
 * @param {string} backend
 * @param {string} text
 */
export async function reading(dist, backend, text) {
  const server = await serve({ root: dist });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser, server.origin);
    const { page } = visitor;
    await page.addInitScript(clock);
    await visitor.open(`?backend=${backend}`);
    await visitor.announced(/^Done/, 10 * 60_000);
    await page.click("#clear");
    const before = await memory(browser, page);
    await visitor.write(text);
    const { from, to } = await page.evaluate(read);
    const after = await memory(browser, page);
    const { tasks } = await page.evaluate(() => globalThis.figures);
    const [, computed, known = "0"] = (await page.innerText("#status")).match(/([\d,]+) computed(?:, ([\d,]+) known)?/);
    const marked = await page.innerText("#summary");
    await visitor.leave();
    return {
      seconds: (to - from) / 1000,
      longest: longest(tasks.filter(({ start }) => start >= from && start <= to)),
      blocked: tasks.filter(({ start }) => start >= from && start <= to).reduce((sum, { took }) => sum + took - 50, 0) / 1000,
      computed: number(computed),
      known: number(known),
      marked,
      before,
      after,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page: presses Extract and resolves once the text is read. */
function read() {
  return new Promise((resolve) => {
    const announce = document.getElementById("announce");
    const from = performance.now();
    new MutationObserver((_, observer) => {
      if (!announce.textContent.startsWith("Done")) return;
      observer.disconnect();
      resolve({ from, to: performance.now() });
    }).observe(announce, { childList: true, characterData: true, subtree: true });
    document.getElementById("extract").click();
  });
}

/** Memory in MB: of the page's JavaScript objects, and of its process. */
async function memory(browser, page) {
  // Drawing continues while the browser is idle.
  await page.waitForTimeout(3000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  await devtools.detach();
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value / 1e6;
  return { heap, process: await renderers(browser) };
}

/** @param {string} words such as "1,234" */
const number = (words) => Number(words.replaceAll(",", ""));
