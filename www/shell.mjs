// Writes the list of the built page's files and their hashes into its service worker. Trunk runs this after a build.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const folder = process.argv[2] ?? process.env.TRUNK_STAGING_DIR;
// The page caches the large files of a model itself; the other files are not for visitors. The list of models belongs to
// the page, so that its menu is complete without a network.
const LEFT_OUT = [/^sw\.js$/, /\.d\.ts$/, /^\./, /^models\/(?!index\.json$).*(?<!\/manifest\.json)$/];

const shell = {};
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath ?? entry.path, entry.name);
  const path = relative(folder, file).split(sep).join("/");
  if (!entry.isFile() || LEFT_OUT.some((pattern) => pattern.test(path))) continue;
  shell[path] = createHash("sha256").update(await readFile(file)).digest("base64");
}
const worker = join(folder, "sw.js");
const source = await readFile(worker, "utf8");
const sorted = Object.fromEntries(Object.entries(shell).sort(([a], [b]) => (a < b ? -1 : 1)));
const stamped = source.replace("/* shell */ null", () => JSON.stringify(sorted));
if (stamped === source) throw new Error(`${worker}: “/* shell */ null” is missing, which the list of files replaces`);
await writeFile(worker, stamped);
