/** The contenders: Latchkey and its peers, how each one starts, and what each one checks before it answers. */
import { fileURLToPath } from 'node:url';
import { SERVING_CORE } from './contest.js';
import { createClient, LOGIN, NO_LIMITS, PASSWORD, startServer } from './server.js';

const CHECK_IN_MEMORY = 'ES256 by jsonwebtoken once, then cached; expiry and a Set of revoked sessions at every request';

/** `tokens`: `own` if the server issues its tokens, `latchkey` if it checks tokens of Latchkey, `none` if it checks nothing. */
const KINDS = {
  latchkey: {
    name: 'Latchkey',
    script: 'node.js',
    tokens: 'own',
    what: 'ES256 once, then cached; key, expiry, generation and the live revocation set at the request and at every field',
  },
  bare: { name: 'bare node:http', script: 'peers/bare.js', tokens: 'none', what: 'none: JSON in, a constant out' },
  apollo: { name: 'Apollo standalone, no authentication', script: 'peers/apollo.js', tokens: 'none', what: 'none' },
  tutorial: {
    name: 'tutorial',
    script: 'peers/tutorial.js',
    tokens: 'own',
    what: 'HS256 with a string secret, and the blacklist through Prisma',
  },
  'tutorial-key-object': {
    name: 'tutorial with a KeyObject',
    script: 'peers/tutorial.js',
    env: { SECRET_KIND: 'key-object' },
    tokens: 'own',
    what: 'HS256 with a KeyObject, and the blacklist through Prisma',
  },
  mercurius: { name: 'mercurius + JIT', script: 'peers/mercurius.js', tokens: 'latchkey', what: CHECK_IN_MEMORY },
  yoga: { name: 'graphql-yoga + JIT', script: 'peers/yoga.js', tokens: 'latchkey', what: CHECK_IN_MEMORY },
  'better-auth': {
    name: 'better-auth (mercurius + JIT)',
    script: 'peers/better-auth.js',
    tokens: 'own',
    what: '`getSession`: a signed cookie; session and user from SQLite',
  },
  argon2: { name: 'argon2 alone', script: 'peers/argon2.js', tokens: 'none', what: 'one comparison at a time, nothing else' },
};

export const nameOf = (kind) => KINDS[kind].name;

const USERS = 50;
export const emailOf = (index) => (index === 0 ? 'ada@example.com' : `user-${index}@example.com`);
const users = Array.from({ length: USERS }, (_, index) => ({ id: `user-${index}`, email: emailOf(index), name: 'Ada Lovelace' }));
const REGISTER =
  'mutation($email: String!, $password: String!, $name: String) { register(input: { email: $email, password: $password, name: $name }) { user { id } userErrors { code } } }';
const LOGOUT = 'mutation { logout { endedSessions } }';
const pathOf = (script) => fileURLToPath(new URL(script, import.meta.url));

/**
 * Starts Latchkey first, then the peers, all on the serving core and with the same users.
 *
 * @param kinds the kinds of the peers
 * @param settings `{ env, core, prepare }`: `env` is for all servers; `prepare(server)` runs for Latchkey before the first request
 * @returns `{ all, stop }`; each contender has `post`, `logIn` (returns the headers of a new session) and `logOut`
 */
export async function startContenders(kinds, { env = {}, core = SERVING_CORE, prepare } = {}) {
  const all = {};
  const stop = async () => {
    for (const { client, server } of Object.values(all)) {
      client?.close();
      await server.stop();
    }
  };
  const start = async (kind, chosen) => {
    const { script, tokens, name, what, env: own = {} } = KINDS[kind];
    const server = await startServer({ NODE_ENV: 'production', ...chosen, ...own, ...env }, pathOf(script), core);
    // Register it before anything else can fail, so that `stop` stops it.
    all[kind] = { kind, name, what, tokens, server };
    if (kind === 'latchkey') await prepare?.(server);
    const client = createClient(server.url);
    return Object.assign(all[kind], { client, post: client.post });
  };
  try {
    const latchkey = await start('latchkey', NO_LIMITS);
    for (const user of users) {
      const { data } = await latchkey.post(REGISTER, { email: user.email, password: PASSWORD, name: user.name });
      user.id = data.register.user.id;
    }
    const { keys } = await (await fetch(new URL('/.well-known/jwks.json', latchkey.server.url))).json();
    const shared = { PASSWORD, USERS: JSON.stringify(users), PUBLIC_JWK: JSON.stringify(keys[0]) };
    for (const kind of kinds) await start(kind, shared);
    for (const contender of Object.values(all)) addSessions(contender, latchkey);
  } catch (error) {
    await stop();
    throw error;
  }
  return { all, stop };
}

function addSessions(contender, latchkey) {
  const { post, tokens, kind } = contender;
  const headersOf = (token) => (kind === 'better-auth' ? { cookie: token } : { authorization: `Bearer ${token}` });
  contender.headersOf = headersOf;
  const issuer = tokens === 'latchkey' ? latchkey : contender;
  contender.logIn = async (index = 0) => {
    if (tokens === 'none') return {};
    const { data, errors } = await issuer.post(LOGIN, { email: emailOf(index), password: PASSWORD });
    if (typeof data?.login?.accessToken !== 'string')
      throw new Error(`${contender.name} refused a login: ${JSON.stringify({ data, errors })}`);
    return headersOf(data.login.accessToken);
  };
  contender.logOut = async (headers) => {
    const { data } = await post(LOGOUT, {}, headers);
    if (data?.logout?.endedSessions !== 1) throw new Error(`${contender.name} ended no session at a logout`);
  };
}

/**
 * A contender that answers one query with the token of one session. `verify` runs before each round: the answer must be right, and a
 * server that authenticates must refuse a session that has just ended and a request without a token.
 */
export async function asking(contender, query, data, { name = contender.name, isPublic = false, withToken = !isPublic } = {}) {
  const headers = withToken ? await contender.logIn() : {};
  const expected = JSON.stringify(data);
  const body = JSON.stringify({ query });
  const asked = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  // Under load every answer must equal this one; `verify` checks that it is right.
  const expect = await (await fetch(contender.server.url, asked)).text();
  return {
    name,
    what: isPublic ? 'none: the field is public' : contender.what,
    server: contender.server,
    question: { headers, body, expect },
    async verify() {
      const right = await contender.post(query, {}, headers);
      if (JSON.stringify(JSON.parse(expect).data) !== expected) throw new Error(`${name} answered ${expect}`);
      if (JSON.stringify(right.data) !== expected) throw new Error(`${name} answered ${JSON.stringify(right)}`);
      if (isPublic || contender.tokens === 'none') return;
      const doomed = await contender.logIn();
      if ((await contender.post(query, {}, doomed)).errors !== undefined) throw new Error(`${name} refused a new session`);
      await contender.logOut(doomed);
      for (const [why, dead] of [
        ['a revoked token', doomed],
        ['a request without a token', {}],
      ]) {
        const refused = await contender.post(query, {}, dead);
        if (refused.errors === undefined) throw new Error(`${name} answered ${why}`);
      }
    },
  };
}
