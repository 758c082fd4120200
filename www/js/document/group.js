/**
 * Groups items by a key and keeps their order. (Some browsers lack `Map.groupBy`.)
 * @template K, T
 * @param {Iterable<T>} items @param {(item: T) => K} key
 * @returns {Map<K, T[]>}
 */
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const own = key(item);
    if (groups.has(own)) groups.get(own).push(item);
    else groups.set(own, [item]);
  }
  return groups;
}
