/** Brings an element to the middle of the window. @param {Element} element */
export function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const far = bottom < -innerHeight || top > 2 * innerHeight;
  const calm = far || matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  // What lies between gets its true height only once it was near.
  if (far) requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: "center" })));
}

/**
 * Does something that moves the text, but keeps an element where it is in the window.
 * @param {Element|undefined} element @param {() => void} act
 */
export function hold(element, act) {
  const before = element?.getBoundingClientRect().top;
  act();
  const moved = element?.isConnected ? element.getBoundingClientRect().top - before : 0;
  if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
}
