const MARKS = new Map([["-LRB-", "("], ["-RRB-", ")"], ["-LSB-", "["], ["-RSB-", "]"], ["-LCB-", "{"], ["-RCB-", "}"], ["``", '"'], ["''", '"']]);

/** Annotated corpora write brackets, quotes, slashes and asterisks as the Penn Treebank does. @param {string} word */
export const unescapeWord = (word) =>
  MARKS.get(word) ?? word.replace(/-[LR][RSC]B-/g, (mark) => MARKS.get(mark)).replace(/\\([/*])/g, "$1");
