// The types in the comments of the page's modules are right, also against those of the package.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test("the page's modules pass the type check", { timeout: 300_000 }, async () => {
  const compiler = here("../../node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)("node", [compiler, "-p", here("../../www")]).catch((failure) => failure);
  assert.equal(stdout, "");
});
