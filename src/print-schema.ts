/** Prints the public API as text, for `schema.graphql` and for `latchkey schema print`. */
import { randomBytes } from 'node:crypto';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { readConfig } from './config/config.js';
import type { Authorize } from './door/auth-checker.js';
import { DEFAULT_PASSWORD_COST } from './features/passwords/passwords.js';
import type { PubSub } from './graphql/pub-sub.js';
import { type Ground, openRooms } from './rooms.js';
import { createSchema } from './schema.js';
import { createWorld } from './world.js';

/** Stands in for the opened data. No resolver runs, because this schema is printed, not served. */
const NOTHING_OPENED = { passwordCost: DEFAULT_PASSWORD_COST } as Ground;
const REFUSE_ALL: Authorize = () => {
  throw new Error('this schema is printed, not served');
};
const NOBODY_HEARS: PubSub = {
  publish: () => undefined,
  subscribe() {
    throw new Error('this schema is printed, not served');
  },
};

/** Sorted, so that moving code does not change the text. */
export async function printPublicSchema(): Promise<string> {
  const config = readConfig({ LATCHKEY_SECRET: randomBytes(48).toString('base64') });
  const { resolvers } = await openRooms(createWorld({ config }), NOTHING_OPENED);
  const schema = lexicographicSortSchema(createSchema(REFUSE_ALL, resolvers, NOBODY_HEARS));
  return `# The public API of Latchkey. Emitted by \`npm run schema\`, never edited.\n\n${printSchema(schema)}\n`;
}
