import { keepByHand } from "../document/carry.js";
import { sentenceOf } from "../document/intake.js";
import { rewrite } from "./rewrite.js";

/**
 * Lets the reader edit the text of one sentence, and reads only that sentence again.
 * @param {number} place @param {import("../reading/row.js").Row} row
 * @param {import("../document/workspace.js").Workspace} space
 * @param {import("../engine.js").Engine} engine
 * @param {(message: string) => void} announce
 * @returns {Promise<Error|null>} the error, if the sentence could not be read
 */
export async function readAgain(place, row, space, engine, announce) {
  const text = await rewrite(row);
  const old = row.sentence;
  if (text === null || space.document.sentences[place] !== old) return null;
  const fresh = [];
  try {
    const outcome = await engine.extractor.read(text, { onBatch: ({ sentences }) => sentences.forEach((one) => fresh.push(one)) });
    if (outcome.cancelled) return null;
  } catch (error) {
    return error;
  }
  if (space.document.sentences[place] !== old) return null;
  const sentences = fresh.map((raw, index) => {
    const before = index === 0 ? old.before : text.slice(fresh[index - 1].end, raw.start);
    return sentenceOf(raw, before, text.slice(raw.start, raw.end));
  });
  if (sentences.length === 0) return null;
  space.document.replace(place, 1, sentences.length === 1 ? [keepByHand(old, sentences[0])] : sentences);
  announce(sentences.length === 1 ? "The sentence was read again" : `The sentence was split into ${sentences.length}`);
  return null;
}
