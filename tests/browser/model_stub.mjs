import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Writes a model of meaningless bytes, which is all that the stub of the engine needs.
 * @param {object} [stub] what the manifest tells the stub
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

/** What a server mounts so that the package runs with the stub in the wasm module's place. */
export async function engineMounts() {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-engine-"));
  const wasm = join(folder, "empty.wasm");
  // A module with nothing in it, for the worker to compile.
  await writeFile(wasm, Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  return { "/spanlight_web.js": here("engine_stub.js"), "/spanlight_web_bg.wasm": wasm, "/spanlight": here("../../package/src") };
}
