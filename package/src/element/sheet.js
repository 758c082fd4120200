const CSS = `
:host { display: block; --hue-1: #2f6fde; --hue-2: #b35900; --hue-3: #1a7f4b; --hue-4: #a63a97; --hue-5: #0b7a8c; --hue-6: #b3283c; --hue-7: #6b5bd2; --hue-8: #74671a; }
[part~="text"] { white-space: pre-wrap; overflow-wrap: break-word; line-height: 1.9; }
mark { --color: var(--spanlight-1, var(--hue-1)); color: inherit; padding: 0.1em 0.2em; border-radius: 0.25em;
  background: color-mix(in srgb, var(--color) 16%, transparent); border-bottom: 2px solid var(--color); box-decoration-break: clone; -webkit-box-decoration-break: clone; }
${Array.from({ length: 8 }, (_, i) => `mark[data-hue="${i + 1}"] { --color: var(--spanlight-${i + 1}, var(--hue-${i + 1})); }`).join("\n")}
mark.pointed { outline: 2px solid var(--color); outline-offset: 1px; }
[part~="label"] { font-size: 0.7em; color: var(--spanlight-ink, inherit); opacity: 0.8; white-space: nowrap; margin-inline-start: 0.35em; -webkit-user-select: none; user-select: none; }
[part~="relations"] { list-style: none; margin: 0.5em 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.35em; }
[part~="relations"][hidden], [part~="status"][hidden] { display: none; }
[part~="relation"] { font: inherit; font-size: 0.85em; color: inherit; background: none; border: 1px solid currentColor; border-radius: 1em; padding: 0.15em 0.7em; cursor: pointer; text-align: start; }
[part~="relation"][aria-pressed="true"] { background: color-mix(in srgb, currentColor 14%, transparent); }
[part~="relation"]:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
[part~="status"] { margin: 0.4em 0 0; font-size: 0.85em; opacity: 0.8; }
@media (forced-colors: active) { mark { background: Mark; color: MarkText; } }
`;

/** @type {CSSStyleSheet|null} */
let shared = null;

/** The style sheet that all elements share. It is constructed, since a content security policy may forbid inline styles. */
export function sheet() {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(CSS);
  }
  return shared;
}
