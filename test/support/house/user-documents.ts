/** Extracts what the pages for users must contain: codes, commands, options and links. */

/** Names in capitals between quotes, such as `EMAIL_TAKEN`. */
export function codesIn(text: string, quote = '`'): string[] {
  return [...text.matchAll(new RegExp(`${quote}([A-Z][A-Z_]+)${quote}`, 'g'))].map((match) => match[1] as string);
}

/** The values of an enum in a GraphQL schema whose descriptions are in triple quotes. */
export function enumValuesIn(schema: string, name: string): string[] {
  const [, body = ''] = new RegExp(`^enum ${name} \\{([^}]*)\\}`, 'm').exec(schema) ?? [];
  return body.replace(/"""[\s\S]*?"""/g, '').match(/\w+/g) ?? [];
}

/** The pages that a page links to, without the fragment. */
export function linksIn(page: string): string[] {
  return [...page.matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] as string);
}

/** The first word of each command that a source registers, including groups of commands. */
export function commandsIn(source: string): string[] {
  return [...source.matchAll(/\.command\('([\w-]+)/g)].map((match) => match[1] as string);
}

export function optionsIn(source: string): string[] {
  return [...source.matchAll(/'(--[a-z-]+)/g)].map((match) => match[1] as string);
}

/** Commands that begin no table cell of the page, neither alone nor after their group. */
export function missingCommands(page: string, commands: readonly string[]): string[] {
  return commands.filter((command) => !new RegExp(`^\\| \`(?:[\\w-]+ )?${command}\\b|^\\| \`${command} `, 'm').test(page));
}

export function missingOptions(page: string, options: readonly string[]): string[] {
  return options.filter((option) => !new RegExp(`[\`\\s]${option}(?![\\w-])`).test(page));
}
