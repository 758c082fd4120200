/** Turns a type's name into words: "OtherScientificTerm" and "USED-FOR", but not "ORG". @param {string} name */
export function readable(name) {
  if (/^\p{Lu}{1,4}$/u.test(name)) return name;
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[\s_-]+/g, " ")
    .trim()
    .toLowerCase();
}
