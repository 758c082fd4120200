import { byId, make } from "./dom.js";

/**
 * Shows a notice that stays until the reader closes it. `clearErrors` removes errors. A notice takes the place of an
 * earlier one with the same topic.
 * @param {"error"|"note"} kind
 * @param {string} text
 * @param {{title: string, href?: string, onclick?: () => void}} [way] a button or link that resolves the problem
 * @param {string} [topic]
 */
export function notify(kind, text, way, topic = text) {
  const close = make("button", { type: "button", className: "close", ariaLabel: "Close this message" }, "×");
  const out = !way
    ? null
    : way.href
      ? make("a", { href: way.href }, way.title)
      : make("button", { type: "button", className: "quiet", onclick: () => (notice.remove(), way.onclick()) }, way.title);
  const role = kind === "error" ? "alert" : "status";
  for (const other of document.querySelectorAll("#notices .notice")) if (/** @type {HTMLElement} */ (other).dataset.topic === topic) other.remove();
  const notice = make("div", { className: `notice notice-${kind}`, dataset: { topic }, attributes: { role } }, make("p", {}, text), out, close);
  close.addEventListener("click", () => notice.remove());
  byId("notices").append(notice);
}

export function clearErrors() {
  for (const notice of document.querySelectorAll("#notices .notice-error")) notice.remove();
}
