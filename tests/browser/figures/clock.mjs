/**
 * Runs in the page before its own scripts: notes when it accepts input, when its model is ready and when the
 * first entity is marked, all in ms since the visit began. An example is put in and read as soon as that can be asked for.
 */
export function clock() {
  const seen = (globalThis.figures = { interactive: null, asked: null, ready: null, result: null, tasks: [] });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, took: duration });
  }).observe({ type: "longtask", buffered: true });

  const ask = (chip) => {
    if (document.querySelector(".reading .entity")) throw new Error("something was marked before it was asked for");
    seen.asked = performance.now();
    chip.click();
    document.getElementById("extract").click();
  };
  const observer = new MutationObserver(() => {
    const chip = document.querySelector("#examples .chip");
    if (chip && seen.interactive === null) {
      seen.interactive = performance.now();
      // Behind the script that put it there.
      setTimeout(() => ask(chip));
    }
    if (document.querySelector('#engine-line[data-state="ready"]')) seen.ready ??= performance.now();
    if (seen.asked === null || !document.querySelector(".reading .entity")) return;
    seen.result = performance.now();
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state"] });
}

/** The longest of some tasks, in ms. @param {{took: number}[]} tasks */
export const longest = (tasks) => Math.max(0, ...tasks.map(({ took }) => took));
