import { nest } from "../reading/spans.js";
import { escaped } from "./markup.js";

const STYLE = `
:root { color-scheme: light dark; font: 1.0625rem/1.9 Georgia, serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, table, .about, .legend { font-family: system-ui, sans-serif; line-height: 1.4; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.125rem; margin-top: 2.5rem; }
p { white-space: pre-wrap; overflow-wrap: anywhere; }
.about, .legend { font-size: .875rem; }
.legend mark { margin-inline-end: .75rem; }
mark { padding: .1em .25em; border-radius: 4px 4px 2px 2px; color: inherit; background: var(--tint); border-bottom: 3px solid var(--bar); box-decoration-break: clone; -webkit-box-decoration-break: clone; unicode-bidi: isolate; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
mark.dashed { border-bottom-style: dashed; } mark.dotted { border-bottom-style: dotted; } mark.double { border-bottom-style: double; }
mark[data-tag]::after { content: attr(data-tag); margin-inline-start: .4em; font: 650 .625rem system-ui, sans-serif; text-transform: uppercase; letter-spacing: .04em; color: var(--ink); }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: start; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid #8886; }
`;

/**
 * Writes a standalone page that shows the text and its findings without scripts.
 * @param {import("../document/flat.js").Flat} flat
 * @param {{name: string, schema: import("../document/schema.js").Schema, palette: string}} options `palette` is the style of the hues
 */
export function writeHtml({ text, sentences, entities, relations }, { name, schema, palette }) {
  const places = entities.map((entity, id) => ({ ...entity, id }));
  let next = 0;
  let offset = 0;
  const order = places.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const paragraphs = sentences.map(({ start, end }) => {
    const own = [];
    while (next < order.length && order[next].start < end) own.push(order[next++]);
    const gap = text.slice(offset, start);
    offset = end;
    const breaks = /\n\s*\n/.test(gap) ? "</p>\n<p dir=\"auto\">" : escaped(gap);
    return (start === sentences[0].start ? escaped(gap) : breaks) + marked(nest(own, start, end), text, schema);
  });
  const rows = relations.map(({ head, tail, type, score }) => {
    const surface = ({ start, end }) => `<bdi>${escaped(text.slice(start, end).replace(/\s+/g, " "))}</bdi>`;
    const sign = schema.symmetric.has(type) ? "↔" : "→";
    return `<tr><td>${surface(entities[head])}</td><td>${escaped(schema.relation(type).words)} ${sign}</td><td>${surface(entities[tail])}</td><td>${score === null ? "" : score.toFixed(2)}</td></tr>`;
  });
  const used = [...new Set(entities.map(({ type }) => type))].map((type) => schema.entity(type));
  const legend = used.map((look) => `<mark class="${look.underline}" data-hue="${look.hue}">${escaped(look.words)}</mark>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>${STYLE}${palette}</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p class="about">${entities.length} entities and ${relations.length} relations, marked with spanlight.</p>
<p class="legend">${legend}</p>
<p dir="auto">${paragraphs.join("")}${escaped(text.slice(offset))}</p>
${rows.length > 0 ? `<h2>Relations</h2>\n<table><thead><tr><th>From</th><th>Relation</th><th>To</th><th>Score</th></tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody></table>` : ""}
</body>
</html>
`;
}

function marked(nodes, text, schema) {
  return nodes
    .map(({ start, end, piece, children }) => {
      if (!piece) return escaped(text.slice(start, end));
      const look = schema.entity(piece.entity.type);
      const tag = piece.last ? ` data-tag="${escaped(look.tag)}"` : "";
      return `<mark class="${look.underline}" data-hue="${look.hue}" title="${escaped(look.words)}"${tag}>${marked(children, text, schema)}</mark>`;
    })
    .join("");
}
