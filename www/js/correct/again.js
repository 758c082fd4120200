import { keepByHand } from "../document/carry.js";
import { sentenceOf } from "../document/intake.js";

/**
 * Reads one sentence again after the reader changed its text, and puts it in the place of the old one.
 * @param {string} text
 * @param {number} place @param {import("../document/document.js").Sentence} old
 * @param {import("../document/workspace.js").Workspace} space
 * @param {import("../engine.js").Engine} engine
 * @returns {Promise<number>} the number of sentences that the text became; 0 if the old one is gone or the text has none
 */
export async function readAgain(text, place, old, space, engine) {
  const fresh = [];
  const outcome = await engine.extractor.read(text, { onBatch: ({ sentences }) => sentences.forEach((one) => fresh.push(one)) });
  if (outcome.cancelled || space.document?.sentences[place] !== old || fresh.length === 0) return 0;
  const sentences = fresh.map((raw, index) => {
    const before = index === 0 ? old.before : text.slice(fresh[index - 1].end, raw.start);
    return sentenceOf(raw, before, text.slice(raw.start, raw.end));
  });
  space.document.replace(place, 1, sentences.length === 1 ? [keepByHand(old, sentences[0])] : sentences);
  return sentences.length;
}
