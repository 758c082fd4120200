/**
 * Puts intervals of one line into the lowest free lane, short ones first, so that an
 * arc inside another lies below it.
 * @template {{from: number, to: number}} T
 * @param {T[]} intervals
 * @param {number} gap room to keep between neighbours
 * @returns {Map<T, number>}
 */
export function lanes(intervals, gap) {
  const taken = [];
  const lane = new Map();
  for (const interval of intervals.toSorted((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from)) {
    let level = 0;
    while (taken[level]?.some((other) => interval.from < other.to + gap && other.from < interval.to + gap)) level++;
    (taken[level] ??= []).push(interval);
    lane.set(interval, level);
  }
  return lane;
}
