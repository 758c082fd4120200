// The doubles of the tests have the surface of what they replace, so that they cannot hide a missing method.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as real from "../../package/src/index.js";
import * as double from "./extractor_double.js";

const surface = (type) => [Object.getOwnPropertyNames(type), Object.getOwnPropertyNames(type.prototype)].map((names) => names.filter((name) => name !== "prototype").sort());

test("the double of the extractor has the methods of the real one, and no others", () => {
  assert.deepEqual(Object.keys(double).sort(), Object.keys(real).sort());
  assert.deepEqual(surface(double.Extractor), surface(real.Extractor));
});
