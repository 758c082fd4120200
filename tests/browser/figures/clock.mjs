/**
 * Runs in the page before its own scripts. Records when the page accepts input, when the model is ready and when the
 * first entity is marked, in ms since the visit began. It reads an example as soon as the page offers one.
 */
export function clock() {
  const seen = (globalThis.figures = { interactive: null, asked: null, ready: null, result: null, tasks: [] });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, took: duration });
  }).observe({ type: "longtask", buffered: true });

  const ask = (chip) => {
    if (document.querySelector(".reading .entity")) throw new Error("an entity was marked before the example was read");
    seen.asked = performance.now();
    chip.click();
    document.getElementById("extract").click();
  };
  const observer = new MutationObserver(() => {
    const chip = document.querySelector("#examples .chip");
    if (chip && seen.interactive === null) {
      seen.interactive = performance.now();
      // After the script that added the button.
      setTimeout(() => ask(chip));
    }
    if (document.querySelector('#engine-line[data-state="ready"]')) seen.ready ??= performance.now();
    if (seen.asked === null || !document.querySelector(".reading .entity")) return;
    seen.result = performance.now();
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state"] });
}

/** The duration of the longest task, in ms. @param {{took: number}[]} tasks */
export const longest = (tasks) => Math.max(0, ...tasks.map(({ took }) => took));
