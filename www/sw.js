// Keeps the page's own files, so that it opens without a network. Model parts are kept by the page itself.
//
// The build puts the files and their hashes here; a page that was not built is not kept.
/** @type {Record<string, string>|null} path below the page's folder → SHA-256 in base64 */
const SHELL = /* shell */ null;

const CACHE = "spanlight-shell-v1";
const MANIFESTS = "spanlight-manifests-v1";
const BASE = new URL("./", self.location.href);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(prune()));
self.addEventListener("fetch", (event) => {
  const answer = route(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener("message", ({ data }) => {
  // Only when the visitor wishes: a page in use must not get files of another version.
  if (data?.kind === "activate") self.skipWaiting();
});

async function install() {
  if (!SHELL) throw new Error("this page was not built, so it is not kept");
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(SHELL).map(([path, hash]) => keep(cache, path, hash)));
}

/** Files are kept by their content: what did not change is not fetched again. */
async function keep(cache, path, hash) {
  if (await cache.match(key(hash))) return;
  const url = new URL(path, BASE);
  const integrity = `sha256-${hash}`;
  // The browser's own cache may hold a file of another version; the hash tells.
  const response = await fetch(url, { integrity }).catch(() => fetch(url, { integrity, cache: "reload" }));
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  await cache.put(key(hash), response);
}

async function prune() {
  const wanted = new Set(Object.values(SHELL ?? {}).map(key));
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

/** @param {Request} request @returns {Promise<Response>|null} null leaves it to the network */
function route(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== BASE.origin || !url.pathname.startsWith(BASE.pathname)) return null;
  const path = url.pathname.slice(BASE.pathname.length) || "index.html";
  if (SHELL && Object.hasOwn(SHELL, path)) return fromShell(request, SHELL[path]);
  return path.endsWith("/manifest.json") ? fromNetwork(request, url) : null;
}

/** @param {Request} request @param {string} hash */
async function fromShell(request, hash) {
  const kept = await caches.match(key(hash), { cacheName: CACHE });
  // The browser may have thrown it away for want of room.
  return kept ?? fetch(request);
}

/** Models beside the page's own may change at any time. @param {Request} request @param {URL} url */
async function fromNetwork(request, url) {
  const cache = await caches.open(MANIFESTS);
  const address = url.origin + url.pathname;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(address, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(address);
    if (!kept) throw error;
    return kept;
  }
}

/** @param {string} hash */
const key = (hash) => new URL(`spanlight-shell/${encodeURIComponent(hash)}`, BASE).href;
