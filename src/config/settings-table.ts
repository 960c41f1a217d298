/** Builds the tables of docs/settings.md from the rows. `npm run docs` writes them. */
import { settingsOf } from './rows.js';
import type { Default, Properties, Setting } from './setting.js';
import { SUBJECTS } from './settings.js';

/** A setting as the documentation shows it, in Markdown. */
export interface DocumentedSetting {
  readonly name: string;
  readonly values: string;
  readonly fallback: string;
  readonly meaning: string;
}

type Subjects = Readonly<Record<string, Properties>>;

export function documentedSettings(subjects: Subjects = SUBJECTS): DocumentedSetting[] {
  return Object.values(subjects).flatMap((rows) => settingsOf(rows).map(documented));
}

function documented({ name, type, fallback, meaning }: Setting): DocumentedSetting {
  return { name, values: type.values, fallback: sayDefault(fallback), meaning };
}

function sayDefault(fallback: Default<unknown>): string {
  if (fallback === null || fallback === '') return 'none';
  return typeof fallback === 'string' ? `\`${fallback}\`` : fallback.said;
}

/** A heading and a table for each subject. */
export function settingsTables(subjects: Subjects = SUBJECTS): string {
  const tables = Object.entries(subjects).map(([subject, rows]) => {
    const lines = settingsOf(rows)
      .map(documented)
      .map((row) => `| \`${row.name}\` | ${row.values} | ${row.fallback} | ${row.meaning} |`);
    return [`## ${subject}`, '', '| name | values | default | meaning |', '|---|---|---|---|', ...lines, ''].join('\n');
  });
  return tables.join('\n');
}
