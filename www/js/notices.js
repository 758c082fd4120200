import { byId, make } from "./dom.js";

/**
 * Shows a notice that stays until the reader closes it. `clearErrors` removes errors.
 * @param {"error"|"note"} kind
 * @param {string} text
 * @param {{title: string, href?: string, onclick?: () => void}} [way] a button or link that resolves the problem
 */
export function notify(kind, text, way) {
  const close = make("button", { type: "button", className: "close", ariaLabel: "Close this message" }, "×");
  const out = !way
    ? null
    : way.href
      ? make("a", { href: way.href }, way.title)
      : make("button", { type: "button", className: "quiet", onclick: () => (notice.remove(), way.onclick()) }, way.title);
  const role = kind === "error" ? "alert" : "status";
  const notice = make("div", { className: `notice notice-${kind}`, attributes: { role } }, make("p", {}, text), out, close);
  close.addEventListener("click", () => notice.remove());
  byId("notices").append(notice);
}

export function clearErrors() {
  for (const notice of document.querySelectorAll("#notices .notice-error")) notice.remove();
}
