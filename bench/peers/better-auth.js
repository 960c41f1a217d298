/** Mercurius with compiled queries; better-auth's `getSession` on SQLite identifies the caller. */
import { join } from 'node:path';
import { verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import Fastify from 'fastify';
import { SqliteDialect } from 'kysely';
import Sqlite from 'libsql';
import mercurius from 'mercurius';
import { tell } from './listen.js';
import { PROFILE, typeDefs, Unauthenticated } from './operations.js';
import { hashPassword } from './passwords.js';

const file = new Sqlite(join(process.env.DATA_DIR, 'peer.db'));
file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
const options = {
  database: { dialect: new SqliteDialect({ database: file }), type: 'sqlite' },
  secret: 'a secret of this measurement, of more than 32 characters',
  baseURL: 'http://127.0.0.1',
  telemetry: { enabled: false },
  logger: { disabled: true },
  emailAndPassword: {
    enabled: true,
    password: { hash: hashPassword, verify: ({ hash, password }) => verify(hash, password) },
  },
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();
for (const { email, name } of JSON.parse(process.env.USERS)) {
  await auth.api.signUpEmail({ body: { email, name, password: process.env.PASSWORD } });
}

const authenticated = ({ caller }) => {
  if (caller === null) throw new Unauthenticated();
  return caller;
};
const resolvers = {
  Query: {
    profile: (_parent, _args, context) => authenticated(context) && PROFILE,
    publicProfile: () => PROFILE,
    me: (_parent, _args, context) => authenticated(context).user,
  },
  Mutation: {
    async login(_parent, { input: body }) {
      const { headers } = await auth.api.signInEmail({ body, returnHeaders: true });
      // The cookie that a client of better-auth sends from then on.
      return { accessToken: headers.get('set-cookie').split(';')[0], userErrors: [] };
    },
    async logout(_parent, _args, context) {
      authenticated(context);
      await auth.api.signOut({ headers: context.headers });
      return { endedSessions: 1 };
    },
  },
};
const server = Fastify();
await server.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  async context({ headers: { cookie } }) {
    if (cookie === undefined) return { caller: null };
    const headers = new Headers({ cookie });
    return { caller: await auth.api.getSession({ headers }), headers };
  },
});
tell(await server.listen({ port: 0, host: '127.0.0.1' }));
