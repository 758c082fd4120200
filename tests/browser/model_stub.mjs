import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes a model of meaningless bytes, which is all that the stub of the engine needs. */
export async function writeModelStub() {
  const folder = await mkdtemp(join(tmpdir(), "spanlight-model-"));
  const parts = { "tokenizer.json": Buffer.from("{}"), "weights.safetensors": Buffer.alloc(300_000, 7) };
  const described = {};
  for (const [name, bytes] of Object.entries(parts)) {
    await writeFile(join(folder, name), bytes);
    described[name] = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
  await writeFile(join(folder, "manifest.json"), JSON.stringify({ name: "stub", format: 1, parts: described }));
  return folder;
}
