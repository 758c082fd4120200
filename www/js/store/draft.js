const KEY = "spanlight-draft";
const MAX_LENGTH = 1_000_000;

/** Stores the text of the box until the tab is closed. @param {string} text */
export function keepDraft(text) {
  try {
    if (text === "" || text.length > MAX_LENGTH) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // Without storage, a reload loses the draft.
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
