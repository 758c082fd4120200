/** Scrolls an element to the middle of the window. @param {Element} element */
export function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const far = bottom < -innerHeight || top > 2 * innerHeight;
  const calm = far || matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  // The rows between get their real height only when they come near the window, so the target moves.
  if (far) requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: "center" })));
}

/**
 * Runs an action that shifts the text, and scrolls so that an element keeps its place in the window.
 * @param {Element|undefined} element @param {() => void} act
 */
export function hold(element, act) {
  const before = element?.getBoundingClientRect().top;
  act();
  const moved = element?.isConnected ? element.getBoundingClientRect().top - before : 0;
  if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
}
