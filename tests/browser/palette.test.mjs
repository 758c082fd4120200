// The colours of types can be told apart with every colour vision, and text on them has enough contrast.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { contrast, difference, lab, VISIONS } from "./colour.mjs";

const style = (name) => readFile(new URL(`../../www/css/${name}.css`, import.meta.url), "utf8");

/** Reads the colours of the light and the dark half of a style sheet. */
async function halves(name, read) {
  return (await style(name)).split("@media (prefers-color-scheme: dark)").slice(0, 2).map(read);
}

const hues = (half) => Array.from(half.matchAll(/--tint: (#\w+); --bar: (#\w+); --ink: (#\w+)/g), ([, tint, bar, ink]) => ({ tint, bar, ink }));
const colour = (half, name) => half.match(new RegExp(`--${name}: (#\\w{6})`))[1];

test("the measure of difference is CIEDE2000", () => {
  const pairs = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  for (const [a, b, expected] of pairs) assert.ok(Math.abs(difference(a, b) - expected) < 5e-5, `${difference(a, b)} for ${expected}`);
});

test("the tints or the bars of any two types differ, with every colour vision", async () => {
  for (const half of await halves("palette", hues)) {
    assert.equal(half.length, 8);
    for (const [name, vision] of Object.entries(VISIONS)) {
      for (const [i, a] of half.entries()) {
        for (const b of half.slice(0, i)) {
          const apart = Math.max(difference(lab(a.tint, vision), lab(b.tint, vision)), difference(lab(a.bar, vision), lab(b.bar, vision)));
          assert.ok(apart >= 18, `${name}: ${a.tint} ${a.bar} and ${b.tint} ${b.bar}: ${apart.toFixed(1)}`);
        }
      }
    }
  }
});

test("words and names of types have enough contrast on every tint", async () => {
  const themes = await halves("theme", (half) => colour(half, "text"));
  const palettes = await halves("palette", hues);
  for (const [i, half] of palettes.entries()) {
    for (const { tint, ink } of half) {
      assert.ok(contrast(themes[i], tint) >= 5.9, `text on ${tint}`);
      assert.ok(contrast(ink, tint) >= 5, `${ink} on ${tint}`);
    }
  }
});
