const ADDRESS = new URL("../sw.js", import.meta.url).href;

// With Trusted Types, the policy allows only this one address of a script.
const POLICY = globalThis.trustedTypes?.createPolicy("spanlight-offline", { createScriptURL: () => ADDRESS });

/**
 * Stores the page for use without a network. Events: "ready" (the page now opens without one) and "update" (a newer
 * version is available; `update` switches to it).
 */
export class Offline extends EventTarget {
  /** @type {"unsupported"|"installing"|"ready"|"update"|"failed"} */ state = "unsupported";
  /** @type {ServiceWorker|null} */ #waiting = null;
  #taking = false;

  constructor() {
    super();
    // A visitor who saves data does not want the whole page fetched in advance.
    if (!navigator.serviceWorker || navigator.connection?.saveData) return;
    this.state = "installing";
    navigator.serviceWorker.addEventListener("controllerchange", () => this.#changed());
    this.#register().catch(() => (this.state = "failed"));
  }

  /** Activates the newer version and reloads the page. */
  update() {
    if (!this.#waiting) return location.reload();
    this.#taking = true;
    this.#waiting.addEventListener("statechange", () => this.#changed());
    this.#waiting.postMessage({ kind: "activate" });
  }

  async #register() {
    const registration = await navigator.serviceWorker.register(POLICY?.createScriptURL("") ?? ADDRESS, { updateViaCache: "none" });
    registration.addEventListener("updatefound", () => this.#follow(registration));
    this.#follow(registration);
    if (registration.waiting) this.#offer(registration.waiting);
    else if (registration.active) this.#setState("ready");
  }

  /** @param {ServiceWorkerRegistration} registration */
  #follow({ installing, active }) {
    installing?.addEventListener("statechange", () => {
      // The first version activates without waiting.
      if (installing.state === "installed" && active) this.#offer(installing);
      else if (installing.state === "activated") this.#setState("ready");
      else if (installing.state === "redundant" && this.state === "installing") this.state = "failed";
    });
  }

  /** @param {ServiceWorker} worker */
  #offer(worker) {
    this.#waiting = worker;
    this.#setState("update");
  }

  /** Another version took over. Reloads if this page asked for it; else offers the update, since the visitor decides when. */
  #changed() {
    if (this.#taking) return void (this.#waiting?.state === "activated" && location.reload());
    this.#waiting = null;
    this.#setState("update");
  }

  /** @param {"ready"|"update"} state */
  #setState(state) {
    if (this.state === "update" && state === "ready") return;
    this.state = state;
    this.dispatchEvent(new Event(state));
  }
}
