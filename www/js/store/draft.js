const KEY = "spanlight-draft";
const MAX_LENGTH = 1_000_000;

// The text of the box in the storage of the tab. It is written at once, while the shelf takes a moment, but a tab stores
// short texts only.

/** @param {string|null} text null removes it */
export function keepDraft(text) {
  try {
    sessionStorage.removeItem(KEY);
    if (text !== null && text.length <= MAX_LENGTH) sessionStorage.setItem(KEY, text);
  } catch {
    // The shelf has the text too.
  }
}

/** @returns {string|null} */
export function recallDraft() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
