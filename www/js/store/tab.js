const KEY = "spanlight-tab";
const LOCK = "spanlight-tab ";
// Milliseconds that a reloaded page waits for the one before it to let go of the tab's key.
const PATIENCE = 1500;

/**
 * The key under which a tab stores its work. A tab holds a lock on its key as long as it is open, so that no other tab
 * uses the key, and others can tell work of closed tabs.
 */
export class Tab {
  #release = () => {};
  /** @type {string} */ key = "";

  /**
   * Takes the key of this tab: the one that it had before a reload, the first of some keys that no tab holds, or a new one.
   * @param {() => Promise<string[]>} offered keys of stored work, the newest first, for a tab that has no key yet
   * @returns {Promise<string>} the key of the work to show; another one than that of the tab in a copy of a tab
   */
  async take(offered) {
    const own = recall();
    if (own !== null) {
      if (await this.hold(own, PATIENCE)) return own;
      // The browser copied the tab together with its key.
      await this.hold(freshKey());
      return own;
    }
    // Without locks there is no telling which work is of a closed tab.
    for (const key of navigator.locks ? await offered() : []) if (await this.hold(key)) return key;
    await this.hold(freshKey());
    return this.key;
  }

  /**
   * Changes to another key, if no other tab holds it.
   * @param {string} key @param {number} [patience] ms
   * @returns {Promise<boolean>} whether this tab holds it now
   */
  async hold(key, patience = 0) {
    const release = await lock(LOCK + key, patience);
    if (!release) return false;
    this.#release();
    this.#release = release;
    this.key = key;
    remember(key);
    return true;
  }
}

/** The keys that open tabs hold. @returns {Promise<Set<string>>} */
export async function heldKeys() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.filter(({ name }) => name?.startsWith(LOCK)).map(({ name }) => name.slice(LOCK.length)));
}

/** @param {string} name @param {number} patience @returns {Promise<(() => void)|null>} releases the lock; null if another tab holds it */
function lock(name, patience) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const how = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    navigator.locks
      .request(name, how, (held) => (held ? new Promise((release) => resolve(() => release(undefined))) : resolve(null)))
      .catch(() => resolve(null));
  });
}

function recall() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} key */
function remember(key) {
  try {
    sessionStorage.setItem(KEY, key);
  } catch {
    // Without storage, nothing is kept in any case.
  }
}

/** A key that no other tab has. */
export const freshKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
