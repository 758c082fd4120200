const ADDRESS = new URL("../sw.js", import.meta.url).href;

// Where the addresses of scripts are guarded, this one can be said and no other.
const POLICY = globalThis.trustedTypes?.createPolicy("spanlight-offline", { createScriptURL: () => ADDRESS });

/**
 * Keeps the page for times without a network. Events: "ready" (from now on it opens without one) and
 * "update" (a newer version is there; `update` takes it).
 */
export class Offline extends EventTarget {
  /** @type {"unsupported"|"installing"|"ready"|"update"|"failed"} */ state = "unsupported";
  /** @type {ServiceWorker|null} */ #waiting = null;
  #taking = false;

  constructor() {
    super();
    // Nobody who saves data wants the whole page fetched ahead.
    if (!navigator.serviceWorker || navigator.connection?.saveData) return;
    this.state = "installing";
    navigator.serviceWorker.addEventListener("controllerchange", () => this.#changed());
    this.#register().catch(() => (this.state = "failed"));
  }

  /** Reloads the page with the newer version, all parts of it at once. */
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
    else if (registration.active) this.#tell("ready");
  }

  /** @param {ServiceWorkerRegistration} registration */
  #follow({ installing, active }) {
    installing?.addEventListener("statechange", () => {
      // The first version has nothing to wait for.
      if (installing.state === "installed" && active) this.#offer(installing);
      else if (installing.state === "activated") this.#tell("ready");
      else if (installing.state === "redundant" && this.state === "installing") this.state = "failed";
    });
  }

  /** @param {ServiceWorker} worker */
  #offer(worker) {
    this.#waiting = worker;
    this.#tell("update");
  }

  /** Another version took over: here, because it was asked to; elsewhere, the visitor decides when. */
  #changed() {
    if (this.#taking) return void (this.#waiting?.state === "activated" && location.reload());
    this.#waiting = null;
    this.#tell("update");
  }

  /** @param {"ready"|"update"} state */
  #tell(state) {
    if (this.state === "update" && state === "ready") return;
    this.state = state;
    this.dispatchEvent(new Event(state));
  }
}
