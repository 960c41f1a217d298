/** Makes text harmless to a terminal. A User-Agent header or a name may hold sequences that move the cursor, hide lines or type commands. */

/** Control and format characters, bidirectional overrides among them, line separators, lone surrogates. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Shows harmful characters, for example as `\u{1b}`, instead of dropping them, so that nothing is hidden. */
export function toTerminalText(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Escapes harmful characters. The value of the JSON stays the same: they occur only in strings, except for line breaks, which stay. */
export function toTerminalJson(json: string): string {
  return json
    .split('\n')
    .map((line) => line.replace(HARMFUL, (character) => character.split('').map(toEscape).join('')))
    .join('\n');
}

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
