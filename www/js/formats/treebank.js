const MARKS = new Map([["-LRB-", "("], ["-RRB-", ")"], ["-LSB-", "["], ["-RSB-", "]"], ["-LCB-", "{"], ["-RCB-", "}"], ["``", '"'], ["''", '"']]);

/** Turns the Penn Treebank's escapes of brackets, quotes, slashes and asterisks into characters. @param {string} word */
export const unescapeWord = (word) =>
  MARKS.get(word) ?? word.replace(/-[LR][RSC]B-/g, (mark) => MARKS.get(mark)).replace(/\\([/*])/g, "$1");
