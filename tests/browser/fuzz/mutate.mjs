// Values and bits that break readers: wrong types, borders of numbers, separators of formats, halves of characters.
const VALUES = [null, true, false, 0, -1, 0.5, 1, 2, 7, 1e9, 2 ** 31, 2 ** 53, -0, 1e308, "", " ", "x", "a b", "__proto__", "constructor", "\t", "\n", "\ud800", [], [0], [0, 1], [1, 0], [null], {}, { start: 0, end: 1 }];
const KEYS = ["text", "sentences", "entities", "relations", "words", "start", "end", "type", "score", "source", "offsets", "origin", "sentText", "entityMentions", "relationMentions", "offset", "spanlight", "before", "after", "id", "head", "tail", "found", "checked", "version", "__proto__", "toString"];
const BITS = ["\n", "\r\n", "\n\n", "\t", " ", "  ", "\0", "\ufeff", "\ud83d", "𝔖", "\u0085", "\u2028", "{", "}", "[", "]", '"', "\\", ",", ":", "null", "0", "-1", "1.2.3", "9999999999", "T1", "R1", "E1", "#1", "* ", "Arg1:T1", ";", "score ", "by a human", "`", "```", "---\n", "|", "*", "_", "[x](y)", "<b>", "%", "=", "&", "?"];

/**
 * A changed copy of an input: of its values if it is JSON or JSON lines, or of its characters.
 * @param {import("../random.mjs").Random} random @param {string} input @param {string[]} others inputs of the same kind
 */
export function mutated(random, input, others) {
  let made = input;
  for (let times = 1 + random.below(4); times > 0; times--) made = random.below(3) > 0 ? structured(random, made) : rough(random, made, others);
  return made;
}

function structured(random, input) {
  const lines = input.split("\n");
  const whole = random.below(2) === 0 ? parsed(input) : undefined;
  if (whole !== undefined) return JSON.stringify(changed(random, whole));
  const at = random.below(lines.length);
  const one = parsed(lines[at]);
  if (one === undefined) return rough(random, input, [input]);
  lines[at] = JSON.stringify(changed(random, one)) ?? "";
  return lines.join("\n");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes one place of a value. */
function changed(random, value) {
  const inner = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (inner.length === 0 || random.below(8) === 0) return odd(random, value);
  const key = random.pick(inner);
  const way = random.below(10);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  if (way === 0) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else if (way === 1 && Array.isArray(copy)) copy.splice(random.below(copy.length + 1), 0, copy[key]);
  else if (way === 1) Object.defineProperty(copy, random.pick(KEYS), { value: random.pick(VALUES), enumerable: true, configurable: true, writable: true });
  else if (way === 2 && Array.isArray(copy)) copy.reverse();
  else copy[key] = changed(random, value[key]);
  return copy;
}

function odd(random, value) {
  if (typeof value === "number" && random.below(2) === 0) return value + random.below(5) - 2;
  if (typeof value === "string" && random.below(2) === 0) return rough(random, value, [value]);
  return random.pick(VALUES);
}

/** Changes the characters of a text. */
function rough(random, text, others) {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(random.below(4) === 0 ? 200 : 6));
  const part = text.slice(from, to);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + part + part + text.slice(to);
    case 2:
      return text.slice(0, from);
    case 3:
      return text.slice(0, from) + random.pick(others).slice(random.below(50), random.below(400)) + text.slice(to);
    case 4:
      return text.slice(0, from) + random.pick(BITS).repeat(random.below(20) === 0 ? 500 : 1 + random.below(3)) + text.slice(to);
    case 5:
      return text.slice(0, from) + String.fromCharCode(random.below(random.below(3) === 0 ? 65536 : 256)) + text.slice(from + 1);
    default:
      return text.slice(0, from) + random.pick(BITS) + text.slice(to);
  }
}
