/**
 * Strips the markup of a Markdown file, since no model was trained on it. Code blocks, addresses of images and rules of
 * tables are removed; the words of links, emphasis, lists and cells stay.
 * @param {string} source
 */
export function plainText(source) {
  const body = source.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").replace(/^---\n[^]*?\n---\n/, "");
  const blocks = body.split(/\n{2,}/);
  const out = [];
  let fence = null;
  for (const block of blocks) {
    const lines = [];
    for (const line of block.split("\n")) {
      const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence) fence = mark?.startsWith(fence) ? null : fence;
      else if (mark) fence = mark;
      else if (!isRule(line)) lines.push(inline(opening(line)));
    }
    const text = lines.join("\n").trim();
    if (text) out.push(text);
  }
  return out.join("\n\n");
}

/** Whether a line is a rule, the underline of a heading, a rule of a table, or a link definition. */
function isRule(line) {
  const bare = line.trim();
  return /^([-*_=]\s*){3,}$/.test(bare) || /^\|?(\s*:?-{2,}:?\s*\|)+\s*:?-*:?$/.test(bare) || /^\[[^\]]+\]:\s+\S/.test(bare);
}

function opening(line) {
  return line
    .replace(/^(\s*>)+\s?/, "")
    .replace(/^\s{0,3}#{1,6}\s+/, "")
    .replace(/^\s*([-*+]|\d{1,9}[.)])\s+(\[[ xX]\]\s+)?/, "")
    .replace(/^\s*\|(.*)\|\s*$/, (_, cells) => cells.split("|").map((cell) => cell.trim()).join("; "));
}

// Bounds the length of marked text, so that a long line of marks does not take quadratic time.
function inline(line) {
  return line
    .replace(/!\[([^[\]]{0,300})\]\([^()]{0,300}\)/g, "$1")
    .replace(/\[([^[\]]{1,300})\](\([^()]{0,300}\)|\[[^[\]]{0,300}\])/g, "$1")
    .replace(/<(https?:\/\/[^<>\s]{1,300})>/g, "$1")
    .replace(/<\/?[a-zA-Z][^<>]{0,300}>/g, "")
    .replace(/(`{1,3})([^`]{1,300})\1/g, "$2")
    .replace(/(\*\*\*|\*\*|\*|~~)(?=\S)(.{1,300}?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}])(__|_)(?=\S)(.{1,300}?)(?<=\S)\1(?![\p{L}\p{N}])/gu, "$2")
    .replace(/\\([\\`*_{}[\]()#+\-.!>|~])/g, "$1")
    .trimEnd();
}
