/** What the pages for users must have: codes, commands, options and links, taken from pages and sources. */

/** Names in capitals that stand alone between quotes, such as `EMAIL_TAKEN`. */
export function codesIn(text: string, quote = '`'): string[] {
  return [...text.matchAll(new RegExp(`${quote}([A-Z][A-Z_]+)${quote}`, 'g'))].map((match) => match[1] as string);
}

/** The values of an enum of a GraphQL schema whose descriptions stand in triple quotes. */
export function enumValuesIn(schema: string, name: string): string[] {
  const [, body = ''] = new RegExp(`^enum ${name} \\{([^}]*)\\}`, 'm').exec(schema) ?? [];
  return body.replace(/"""[\s\S]*?"""/g, '').match(/\w+/g) ?? [];
}

/** Pages that a page links to, without their headings. */
export function linksIn(page: string): string[] {
  return [...page.matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] as string);
}

/** The first word of each command that a source registers; groups of commands included. */
export function commandsIn(source: string): string[] {
  return [...source.matchAll(/\.command\('([\w-]+)/g)].map((match) => match[1] as string);
}

export function optionsIn(source: string): string[] {
  return [...source.matchAll(/'(--[a-z-]+)/g)].map((match) => match[1] as string);
}

/** Commands that no table of a page begins a cell with, alone or after their group. */
export function missingCommands(page: string, commands: readonly string[]): string[] {
  return commands.filter((command) => !new RegExp(`^\\| \`(?:[\\w-]+ )?${command}\\b|^\\| \`${command} `, 'm').test(page));
}

export function missingOptions(page: string, options: readonly string[]): string[] {
  return options.filter((option) => !new RegExp(`[\`\\s]${option}(?![\\w-])`).test(page));
}
