// Caches the page's own files, so that it opens without a network. The page itself caches the files of models.
//
// The build writes the files and their hashes here; a page that was not built is not cached.
/** @type {Record<string, string>|null} path below the page's folder → SHA-256 in base64 */
const SHELL = /* shell */ null;

const CACHE = "spanlight-shell-v1";
const MANIFESTS = "spanlight-manifests-v1";
// Number of manifests that are kept, of the models that were read last.
const MOST = 20;
const BASE = new URL("./", self.location.href);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(prune()));
self.addEventListener("fetch", (event) => {
  const answer = route(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener("message", ({ data }) => {
  // Only at the visitor's request, since a page in use must not get files of another version.
  if (data?.kind === "activate") self.skipWaiting();
});

async function install() {
  if (!SHELL) throw new Error("sw.js: the list of files is missing, so the page is not cached; build the page with trunk");
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(SHELL).map(([path, hash]) => keep(cache, path, hash)));
}

/** Caches a file under its hash, so that an unchanged file is not fetched again. */
async function keep(cache, path, hash) {
  if (await cache.match(key(hash))) return;
  const url = new URL(path, BASE);
  const integrity = `sha256-${hash}`;
  // The HTTP cache may hold a file of another version, which the hash reveals.
  const response = await fetch(url, { integrity }).catch(() => fetch(url, { integrity, cache: "reload" }));
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  await cache.put(key(hash), response);
}

async function prune() {
  const wanted = new Set(Object.values(SHELL ?? {}).map(key));
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

/** @param {Request} request @returns {Promise<Response>|null} null leaves the request to the network */
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
  // The browser may have evicted the file.
  return kept ?? fetch(request);
}

/** Fetches a manifest and caches it for use without a network, since a model may change at any time. @param {Request} request @param {URL} url */
async function fromNetwork(request, url) {
  const cache = await caches.open(MANIFESTS);
  const address = url.origin + url.pathname;
  try {
    const response = await fetch(request);
    if (response.ok) await keepManifest(cache, address, response.clone());
    // The model is gone.
    else if (response.status === 404 || response.status === 410) await cache.delete(address);
    return response;
  } catch (error) {
    const kept = await cache.match(address);
    if (!kept) throw error;
    return kept;
  }
}

/** @param {Cache} cache @param {string} address @param {Response} response */
async function keepManifest(cache, address, response) {
  // Deleted first, since a cache lists its entries in the order in which they were added.
  await cache.delete(address);
  await cache.put(address, response);
  const all = await cache.keys();
  for (const request of all.slice(0, Math.max(0, all.length - MOST))) await cache.delete(request);
}

/** @param {string} hash */
const key = (hash) => new URL(`spanlight-shell/${encodeURIComponent(hash)}`, BASE).href;
