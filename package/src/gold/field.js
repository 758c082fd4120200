/** What is wrong with a field of a record, and what to do. */
export class Fault extends Error {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** A value inside a record that knows its path, so that every error can name it. */
export class Field {
  /** @param {any} value @param {string} [path] */
  constructor(value, path = "") {
    this.value = value;
    this.path = path;
  }

  /** @param {string} problem @returns {never} */
  fail(problem) {
    throw new Fault(this.path, problem);
  }

  /** @param {string} key */
  has(key) {
    return this.value?.[key] !== undefined && this.value[key] !== null;
  }

  /** A required field. @param {string} key */
  get(key) {
    if (!this.has(key)) this.fail(`the field “${key}” is missing; add it (an empty list if it has none)`);
    return new Field(this.value[key], this.path ? `${this.path}.${key}` : key);
  }

  /** @returns {Field[]} */
  items() {
    if (!Array.isArray(this.value)) this.fail("expected a list");
    return this.value.map((value, index) => new Field(value, `${this.path}[${index}]`));
  }

  /** @returns {string} */
  text() {
    return typeof this.value === "string" ? this.value : this.fail("expected a text");
  }

  /** @returns {number} */
  number() {
    return Number.isSafeInteger(this.value) && this.value >= 0 ? this.value : this.fail("expected a whole number, 0 or more");
  }

  /** A text or a number, as text. */
  identifier() {
    return typeof this.value === "number" ? String(this.value) : this.text();
  }

  /** A label, not the reserved one. */
  label() {
    const label = this.text();
    return label.trim() === "" || label === "None" ? this.fail(`“${label}” is no label (“None” is reserved); remove the annotation`) : label;
  }

  /** Words, none of which is empty. @returns {string[]} */
  words() {
    return this.items().map((item) => (item.text().trim() === "" ? item.fail("the word is empty; remove it") : item.value));
  }

  /** @param {[number, number]} span half-open @param {string[]} words of the sentence */
  span([start, end], words) {
    if (start < end && end <= words.length) return { start, end };
    return this.fail(`words [${start}, ${end}) are not a span of the sentence's ${words.length} words; offsets count words from 0 and the end is exclusive`);
  }
}
