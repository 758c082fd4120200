const SURROGATE = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Turns UTF-16 offsets into counts of characters (code points), and back. */
export class CodePoints {
  // Offsets of the surrogate pairs, in ascending order.
  #pairs;

  /** @param {string} text */
  constructor(text) {
    this.length = text.length;
    this.#pairs = Array.from(text.matchAll(SURROGATE), ({ index }) => index);
  }

  /** @param {number} unit offset in UTF-16 units @returns {number} number of characters before the offset */
  count(unit) {
    return unit - this.#before((index) => this.#pairs[index] < unit);
  }

  /** @param {number} count @returns {number|null} the UTF-16 offset after `count` characters; null if the text is shorter */
  unit(count) {
    const unit = count + this.#before((index) => this.#pairs[index] - index < count);
    return unit <= this.length ? unit : null;
  }

  /** Number of leading pairs that pass a monotone test. */
  #before(passes) {
    let [low, high] = [0, this.#pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (passes(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
