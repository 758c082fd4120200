import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../server.mjs";
import { launchWith } from "../visitor.mjs";
import { clock, longest } from "./clock.mjs";

const PATIENCE = 10 * 60_000;

/**
 * @typedef {{interactive: number, ready: number, result: number, longest: number}} Times ms since the visit began;
 *   `longest` is the longest task of the main thread until then
 * @typedef {{first: Times, again: Times, offline: Times, until: {result: string[], kept: string[]}}} Visits
 *   `until` has the requested paths up to the first result, and up to the moment the page opens without a network
 */

/**
 * Measures a first visit, a second one, and one without a network.
 * @param {string} dist the built page
 * @param {string} backend
 * @returns {Promise<Visits>}
 */
export async function visits(dist, backend) {
  const profile = await mkdtemp(join(tmpdir(), "spanlight-figures-"));
  const server = await serve({ root: dist, still: true });
  // Only a profile on disk has the same caches as a visitor's browser.
  const context = await launchWith(profile);
  try {
    await context.addInitScript(clock);
    const address = `${server.origin}/?backend=${backend}`;
    const page = await context.newPage();
    const first = await visit(page, address);
    const until = { result: [...server.requests] };
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    until.kept = [...server.requests];
    await leave(page);
    const again = await visit(page, address);
    await leave(page);
    await context.setOffline(true);
    await server.close();
    return { first, again, offline: await visit(page, address), until };
  } finally {
    await context.close();
    await server.close().catch(() => {});
    await rm(profile, { recursive: true, force: true });
  }
}

/** @param {import("playwright-core").Page} page @param {string} address @returns {Promise<Times>} */
async function visit(page, address) {
  await page.goto(address);
  await page.waitForFunction(() => globalThis.figures.result, null, { timeout: PATIENCE, polling: 50 });
  const { interactive, ready, result, tasks } = await page.evaluate(() => globalThis.figures);
  return { interactive, ready, result, longest: longest(tasks.filter(({ start }) => start < result)) };
}

/** Clears the stored text, which the page would show at the next visit. @param {import("playwright-core").Page} page */
async function leave(page) {
  await page.waitForFunction(() => document.getElementById("announce").textContent.startsWith("Done"), null, { timeout: PATIENCE });
  await page.click("#clear");
  await page.waitForTimeout(500);
}
