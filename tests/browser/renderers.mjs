import { readFile } from "node:fs/promises";

/**
 * Memory of the browser's page processes in MB; null if the system does not report it.
 * @param {import("playwright-core").Browser} browser
 */
export async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  let pages = 0;
  for (const { id } of processInfo.filter(({ type }) => type === "renderer")) {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => null);
    if (status === null) return null;
    pages += Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
  }
  return Math.round(pages);
}
