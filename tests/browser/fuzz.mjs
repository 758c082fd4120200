// Reads damaged files with everything in www/js that reads, and fails on an error that is not written for a reader, on an
// input that takes over a second, and on more than 512 MB of memory.
//   node tests/browser/fuzz.mjs --inputs 100000 [--target json] [--seed 1] [--seconds 60]
// Keep an input that fails in tests/browser/regressions as TARGET-NAME.txt.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mutated } from "./fuzz/mutate.mjs";
import { TARGETS, isOwn } from "./fuzz/targets.mjs";
import { Random } from "./random.mjs";

const SLOW = 1000;
const MOST = 512;
// Inputs beyond this length would only make the run slow.
const LONGEST = 20_000;
const SHOWN = 3;
const KEPT = 200;

const { values } = parseArgs({ options: { inputs: { type: "string", default: "100000" }, target: { type: "string" }, seed: { type: "string", default: "1" }, seconds: { type: "string", default: "Infinity" } } });
const [inputs, seed, seconds] = [values.inputs, values.seed, values.seconds].map(Number);
if (!(inputs > 0 && Number.isInteger(seed) && seconds > 0)) throw new Error("--inputs, --seed and --seconds take numbers from 1");
if (values.target && !TARGETS[values.target]) throw new Error(`--target is one of ${Object.keys(TARGETS).join(", ")}`);

let failed = false;
for (const [name, target] of Object.entries(TARGETS)) {
  if (values.target && values.target !== name) continue;
  const { done, raw, slowest } = await run(name, target);
  const memory = process.resourceUsage().maxRSS / 1024;
  failed ||= raw > 0 || slowest > SLOW || memory > MOST;
  console.log(`${name.padEnd(10)} ${String(done).padStart(9)} inputs  ${raw} raw errors  slowest ${slowest.toFixed(0)} ms  peak memory ${memory.toFixed(0)} MB`);
}
process.exitCode = failed ? 1 : 0;

async function run(name, { seeds, read }) {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  const pool = [...seeds];
  let [done, raw, slowest] = [0, 0, 0];
  for (; done < inputs && performance.now() < end; done++) {
    const input = mutated(random, random.pick(pool), seeds).slice(0, LONGEST);
    const started = performance.now();
    let accepted = true;
    try {
      await read(input);
    } catch (error) {
      accepted = false;
      if (!isOwn(error) && ++raw <= SHOWN) report(name, input, error);
    }
    let took = performance.now() - started;
    // Another program may have held this one up; asking for the time of the processor is slow.
    if (took > slowest) took = Math.min(took, await worked(read, input));
    if (took > SLOW) report(name, input, new Error(`it took ${took.toFixed(0)} ms`));
    slowest = Math.max(slowest, took);
    // Inputs that are read lead further than those that are refused.
    if (!accepted || random.below(50) > 0) continue;
    // A copy: a string made by cutting and joining holds all the strings that it was made of.
    const copy = JSON.parse(JSON.stringify(input));
    if (pool.length < seeds.length + KEPT) pool.push(copy);
    else pool[seeds.length + random.below(KEPT)] = copy;
  }
  return { done, raw, slowest };
}

/** Milliseconds of the processor that an input takes. */
async function worked(read, input) {
  const started = process.cpuUsage();
  try {
    await read(input);
  } catch {
    // It is reported already.
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function report(name, input, error) {
  const file = join(tmpdir(), `spanlight-fuzz-${name}-${Date.now()}.txt`);
  writeFileSync(file, input);
  console.error(`${name}: ${error.stack}\n  the input: ${file}`);
}
