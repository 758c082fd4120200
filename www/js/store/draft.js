const KEY = "spanlight-draft";
const MOST = 1_000_000;

/** The text in the box, kept for this tab until it is closed. @param {string} text */
export function keepDraft(text) {
  try {
    if (text === "" || text.length > MOST) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // Without storage a reload costs the draft, as it does elsewhere.
  }
}

/** @returns {string} */
export function recallDraft() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
