import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Writes a model with meaningless weights, for the stub of the engine.
 * @param {object} [stub] settings of the stub, written to the manifest
 */
export async function writeModelStub(stub = {}) {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-model-"));
  const parts = { "tokenizer.json": Buffer.from("{}"), "weights.safetensors": Buffer.alloc(300_000, 7) };
  const described = {};
  for (const [name, bytes] of Object.entries(parts)) {
    await writeFile(join(folder, name), bytes);
    described[name] = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
  await writeFile(join(folder, "manifest.json"), JSON.stringify({ name: "stub", format: 1, parts: described, stub }));
  return folder;
}

/** The mounts of a server with which the package runs the stub in place of the wasm module. */
export async function engineMounts() {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-engine-"));
  const wasm = join(folder, "empty.wasm");
  // An empty module, which the worker compiles.
  await writeFile(wasm, Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  return { "/spanlight_web.js": here("engine_stub.js"), "/invented.js": here("invented.js"), "/spanlight_web_bg.wasm": wasm, "/spanlight": here("../../package/src") };
}
