import { byId } from "./dom.js";

const SHOWN_FOR = 2500;

let fading = 0;

/** @param {string} message for screen readers */
export function announce(message) {
  // A text node of its own is news even where it says what the last one said.
  byId("announce").replaceChildren(document.createTextNode(message));
}

/** For everyone. @param {string} message */
export function toast(message) {
  announce(message);
  byId("toast").textContent = message;
  byId("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (byId("toast").hidden = true), SHOWN_FOR);
}
