/**
 * @typedef {import("./backend.js").Backend} Backend
 * @typedef {{pieces: number, milliseconds: number, piecesPerSecond: number}} Speed
 */

/** Texts shorter than this say little about speed. */
export const LEAST = 400;

// As many sentences as the model reads first in any text.
const SAMPLE = 8;

/**
 * Which of two backends reads a text's first sentences faster. The leader reads them twice, since
 * a GPU compiles its programs the first time; the rival may take no longer than the leader did.
 * @param {Backend} leader
 * @param {Backend} rival
 * @param {string} text
 * @returns {Promise<{faster: Backend, speeds: {webgpu?: Speed, cpu?: Speed}}>}
 * @throws what the leader does; a rival that fails has lost
 */
export async function race(leader, rival, text) {
  await measure(leader, text);
  const first = await measure(leader, text);
  const second = await measure(rival, text, first?.milliseconds).catch(() => null);
  const speeds = {};
  if (first) speeds[leader.info.backend] = first;
  if (second) speeds[rival.info.backend] = second;
  const faster = first && second && second.piecesPerSecond > first.piecesPerSecond ? rival : leader;
  return { faster, speeds };
}

/** @param {Backend} backend @param {string} text @param {number} [deadline] ms @returns {Promise<Speed|null>} */
async function measure(backend, text, deadline) {
  const cut = new AbortController();
  // Time spent waiting for a turn counts too, hence the doubled patience.
  const timer = deadline && setTimeout(() => cut.abort(), 2 * deadline);
  try {
    const options = { limit: SAMPLE, reuse: false };
    const reply = await backend.ask({ kind: "extract", text, options }, cut.signal);
    return reply && speedOf(reply.extraction);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {{pieces: number, timing: {tokenize: number, compute: number, decode: number}|null}} extraction
 * @returns {Speed|null} null where nothing was computed
 */
export function speedOf({ pieces, timing }) {
  const milliseconds = timing ? timing.tokenize + timing.compute + timing.decode : 0;
  if (!(pieces > 0 && milliseconds > 0)) return null;
  return { pieces, milliseconds, piecesPerSecond: (1000 * pieces) / milliseconds };
}
