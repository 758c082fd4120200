/**
 * Assigns each interval of a line to the lowest free lane, short intervals first, so that an inner arc lies below the
 * outer one.
 * @template {{from: number, to: number}} T
 * @param {T[]} intervals
 * @param {number} gap least distance between neighbours
 * @returns {Map<T, number>}
 */
export function lanes(intervals, gap) {
  const taken = [];
  /** @type {Map<T, number>} */ const lane = new Map();
  for (const interval of intervals.toSorted((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from)) {
    let level = 0;
    while (taken[level]?.some((other) => interval.from < other.to + gap && other.from < interval.to + gap)) level++;
    (taken[level] ??= []).push(interval);
    lane.set(interval, level);
  }
  return lane;
}
