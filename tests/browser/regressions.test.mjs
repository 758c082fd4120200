// Inputs on which a reader once failed, and some random ones. `node tests/browser/fuzz.mjs` looks for more.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { mutated } from "./fuzz/mutate.mjs";
import { TARGETS, isOwn } from "./fuzz/targets.mjs";
import { Random } from "./random.mjs";

const KEPT = new URL("regressions/", import.meta.url);
const TRIES = 500;

/** Reads an input; its refusal is no failure. */
async function read(name, input, about) {
  try {
    await TARGETS[name].read(input);
  } catch (error) {
    if (!isOwn(error)) assert.fail(`${about}: ${error.stack}`);
  }
}

for (const file of readdirSync(KEPT)) {
  test(`kept: ${file}`, () => read(file.split("-")[0], readFileSync(new URL(file, KEPT), "utf8"), file));
}

for (const [name, { seeds }] of Object.entries(TARGETS)) {
  test(`damaged inputs are read or refused: ${name}`, async () => {
    for (const seed of seeds) await read(name, seed, "a sound input");
    const random = new Random(7);
    for (let i = 0; i < TRIES; i++) {
      const input = mutated(random, random.pick(seeds), seeds);
      await read(name, input, JSON.stringify(input).slice(0, 500));
    }
  });
}
