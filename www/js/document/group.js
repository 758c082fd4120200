/**
 * Items by a key, in their order. (`Map.groupBy` is too young for some browsers.)
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
