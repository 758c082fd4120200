/** The rules of the style sheet that defines the colours of the hues. @returns {CSSStyleRule[]} */
function rules() {
  const sheet = [...document.styleSheets].find(({ href }) => href?.endsWith("/palette.css"));
  return sheet ? /** @type {CSSStyleRule[]} */ ([...sheet.cssRules]) : [];
}

/** The colours of the hues on a white ground. @returns {{tint: string, bar: string, ink: string}[]} */
export function lightPalette() {
  const hues = [];
  for (const { selectorText, style } of rules()) {
    const hue = selectorText?.match(/data-hue="(\d+)"/)?.[1];
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    if (hue !== undefined) hues[hue] = { tint: colour("tint"), bar: colour("bar"), ink: colour("ink") };
  }
  return hues;
}

/** The style of the hues, light and dark, for a standalone page. */
export const paletteStyle = () => rules().map(({ cssText }) => cssText).join("\n");
