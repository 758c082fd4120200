import { make } from "../dom.js";
import { evidenceOfEntity, evidenceOfPair, partsOf } from "./evidence.js";

// Lowest probability of an alternative that is listed beyond the first two.
const MIN_SCORE = 0.001;

const NAMES = { left: "before both", head: "head", middle: "between", tail: "tail", right: "after both" };

/**
 * Shows the attention and the alternatives for a relation.
 * @param {object|null} raw the engine's sentence with evidence
 * @param {{head: import("../document/document.js").Entity, tail: import("../document/document.js").Entity}} pair
 * @param {string} text of the sentence
 * @param {import("../document/schema.js").Schema} schema
 * @returns {{nodes: Node[], heat: import("../reading/sentence.js").Heat[]}}
 */
export function whyRelation(raw, { head, tail }, text, schema) {
  const evidence = raw && evidenceOfPair(raw, head, tail);
  if (!evidence) return { nodes: [hint("The model finds no relation between these two entities.")], heat: [] };
  const parts = evidence.attention ? partsOf(evidence.attention, head, tail, text.length) : [];
  const most = Math.max(...parts.map(({ share }) => share));
  const heat = parts.filter(({ start, end }) => start < end).map(({ start, end, share }) => ({ start, end, weight: share / most }));
  const nodes = [];
  if (parts.length > 0) {
    const named = parts.map(({ part, start, end, share }) => {
      const words = text.slice(start, end).replace(/\s+/g, " ").trim();
      return { name: NAMES[part], words: words === "" ? "no words" : words, share };
    });
    nodes.push(make("h4", {}, "Where it looked"), bars(named, "where it looked"));
  }
  if (evidence.alternatives) {
    const named = likely(merged(evidence.alternatives, schema)).map(({ type, score, turned }) => ({ name: nameOf(type, turned, schema), share: score }));
    nodes.push(make("h4", {}, "What it considered"), bars(named, "what it considered"));
    nodes.push(...borderBars([["head", evidence.borders.head], ["tail", evidence.borders.tail]]));
  }
  return { nodes, heat };
}

/**
 * Shows the alternatives for an entity.
 * @param {object|null} raw @param {import("../document/document.js").Entity} entity @param {import("../document/schema.js").Schema} schema
 * @returns {Node[]}
 */
export function whyEntity(raw, entity, schema) {
  const evidence = raw && evidenceOfEntity(raw, entity);
  if (!evidence) return [hint("The model finds no entity with these borders.")];
  const named = likely(evidence.alternatives).map(({ type, score }) => ({ name: type === null ? "no entity" : schema.entity(type).words, share: score }));
  return [make("h4", {}, "What it considered"), bars(named, "what it considered"), ...borderBars([["these words", evidence.borders]])];
}

/** Shows the probabilities of the borders, if the model is calibrated: only then the score includes them. */
function borderBars(ends) {
  const named = ends.filter(([, share]) => share !== undefined).map(([name, share]) => ({ name, share }));
  return named.length === 0 ? [] : [make("h4", {}, "How sure it is of the borders"), bars(named, "how sure it is of the borders")];
}

/** Merges the two directions of a symmetric relation. */
function merged(alternatives, schema) {
  const all = [];
  for (const one of alternatives) {
    const twin = schema.symmetric.has(one.type) && all.find(({ type }) => type === one.type);
    if (twin) twin.score += one.score;
    else all.push({ ...one });
  }
  return all;
}

const likely = (alternatives) => alternatives.filter(({ score }, index) => index < 2 || score >= MIN_SCORE);

function nameOf(type, turned, schema) {
  if (type === null) return "no relation";
  const { words } = schema.relation(type);
  return schema.symmetric.has(type) ? words : `${words} ${turned ? "←" : "→"}`;
}

function bars(items, label) {
  const rows = items.map(({ name, words, share }) => {
    const fill = make("span", { className: "bar-fill" });
    fill.style.setProperty("--share", share.toFixed(4));
    return make(
      "li",
      {},
      make("span", { className: "bar-name" }, name),
      make("span", { className: "bar-share" }, `${(100 * share).toFixed(share >= 0.0995 ? 0 : 1)} %`),
      make("span", { className: "bar", ariaHidden: "true" }, fill),
      words === undefined ? null : make("bdi", { className: "bar-words" }, words),
    );
  });
  return make("ul", { className: "bars", aria: { label } }, ...rows);
}

const hint = (text) => make("p", { className: "hint" }, text);
