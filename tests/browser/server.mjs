import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves the page. Sends the page's content security policy as a header too, since a policy in the markup does not
 * apply to the worker.
 * @param {{root: string, mounts?: Record<string, string>, tampered?: Record<string, string>, open?: string[], still?: boolean}} options
 *   `mounts` maps a path such as "/models/tiny" to a folder or a file; `tampered` maps one to
 *   a model's folder and changes a byte of its weights; the paths in `open` are sent without the policy;
 *   if `still`, the browser may cache files
 * @returns {Promise<{origin: string, requests: string[], close: () => Promise<void>}>}
 */
export async function serve({ root, mounts = {}, tampered = {}, open = [], still = false }) {
  const page = await readFile(join(root, "index.html"), "utf8");
  const policy = page.match(/Content-Security-Policy" content="([^"]+)"/)[1];
  const requests = [];

  const server = createServer(async (request, response) => {
    const path = decoded(new URL(request.url, "http://localhost").pathname);
    requests.push(path);
    const broken = mounted(path, tampered);
    const file = broken ?? mounted(path, mounts) ?? inside(root, path === "/" ? "/index.html" : path);
    const info = file && (await stat(file).catch(() => null));
    if (!info?.isFile()) return response.writeHead(404).end("not found");

    const type = TYPES[extname(file)] ?? "application/octet-stream";
    const guard = open.includes(path) ? {} : { "content-security-policy": policy };
    response.writeHead(200, { "content-type": type, "cache-control": still ? "max-age=3600" : "no-cache", ...guard });
    if (broken && file.endsWith(".safetensors")) response.end(await withOneByteChanged(file));
    else createReadStream(file).pipe(response);
  });

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function mounted(path, mounts) {
  const mount = Object.keys(mounts).find((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  if (mount === undefined) return null;
  return path === mount ? mounts[mount] : inside(mounts[mount], path.slice(mount.length));
}

function inside(folder, path) {
  const file = normalize(join(folder, path));
  return file.startsWith(normalize(folder + sep)) ? file : null;
}

async function withOneByteChanged(file) {
  const bytes = await readFile(file);
  bytes[bytes.length - 1] ^= 1;
  return bytes;
}
