/** Makes text harmless to a terminal: a User-Agent header or a name may hold sequences that move the cursor, hide lines or type for the reader. */

/** Control and format characters, bidirectional overrides among them, line separators, lone surrogates. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Harmful characters are shown as `\u{1b}`, so that nothing is hidden either. */
export function toTerminalText(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** @param json stays the same value: what is harmful stands inside strings there, but for line breaks that make it readable */
export function toTerminalJson(json: string): string {
  return json
    .split('\n')
    .map((line) => line.replace(HARMFUL, (character) => character.split('').map(toEscape).join('')))
    .join('\n');
}

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
