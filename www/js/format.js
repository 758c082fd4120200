const whole = new Intl.NumberFormat("en");

/** @param {number} value */
export const count = (value) => whole.format(value);

/** @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** @param {number} bytes */
export function bytes(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 99.5e6 ? 1 : 0)} MB`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 0.5) return "under 1 ms";
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** @param {number} score between 0 and 1 */
export const score = (score) => (Number.isFinite(score) ? score.toFixed(2) : "–");

/** @param {number|bigint} n */
export function parameters(n) {
  return n >= 1e6 ? `${(Number(n) / 1e6).toFixed(1)} million` : count(Number(n));
}

/**
 * Remaining time in words, from the speed so far; null while an estimate would be a guess.
 * @param {number} done @param {number} total @param {number} elapsed ms
 */
export function remaining(done, total, elapsed) {
  if (elapsed < 1000 || done <= 0 || done >= total) return null;
  const seconds = Math.ceil((elapsed * (total - done)) / done / 1000);
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}
