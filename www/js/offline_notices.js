import { notify } from "./notices.js";
import { Offline } from "./offline.js";

/**
 * Shows whether the page works without a network, and offers newer versions.
 * @param {import("./status.js").Status} status
 */
export function watchOffline(status) {
  const offline = new Offline();
  const tell = () => status.offline(offline.state);
  for (const name of ["ready", "failed"]) offline.addEventListener(name, tell);
  offline.addEventListener("update", () => {
    tell();
    notify("note", "A newer version of this page is ready.", { title: "Use it now", onclick: () => offline.update() });
  });
  tell();
}
