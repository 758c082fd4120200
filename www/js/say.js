import { byId } from "./dom.js";

const SHOWN_FOR = 2500;

let fading = 0;

/** Announces a message to screen readers. @param {string} message */
export function announce(message) {
  // A new text node is announced even if its message equals the last one.
  byId("announce").replaceChildren(document.createTextNode(message));
}

/** Announces a message and shows it for a short time. @param {string} message */
export function toast(message) {
  announce(message);
  byId("toast").textContent = message;
  byId("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (byId("toast").hidden = true), SHOWN_FOR);
}
