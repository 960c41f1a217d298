/**
 * The server that tutorials build: Apollo Server standalone, a token by jsonwebtoken (HS256), and a blacklist look-up through Prisma on
 * each request. The secret is a string, or a KeyObject with SECRET_KIND=key-object.
 */
import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { verify } from '@node-rs/argon2';
import jwt from 'jsonwebtoken';
import { openDatabase } from './database.js';
import { tell } from './listen.js';
import { PROFILE, typeDefs, Unauthenticated } from './operations.js';

const SECRET = randomBytes(32).toString('base64');
const key = process.env.SECRET_KIND === 'key-object' ? createSecretKey(SECRET, 'utf8') : SECRET;
const REFRESH_TTL_MS = 14 * 86_400_000;

const prisma = await openDatabase();
const hashOf = (token) => createHash('sha256').update(token).digest('base64url');

/** @param client the Prisma client, or a transaction */
async function openSession(client, userId) {
  const refreshToken = randomBytes(32).toString('base64url');
  await client.refreshToken.create({ data: { hash: hashOf(refreshToken), userId, expiresAt: new Date(Date.now() + REFRESH_TTL_MS) } });
  const accessToken = jwt.sign({ jti: randomUUID() }, key, { algorithm: 'HS256', subject: userId, expiresIn: '15m' });
  return { accessToken, refreshToken, userErrors: [] };
}

async function logIn(_parent, { input: { email, password } }) {
  const user = await prisma.user.findUnique({ where: { email } });
  if (user === null || !(await verify(user.passwordHash, password))) return { userErrors: [{ code: 'INVALID_CREDENTIALS' }] };
  return openSession(prisma, user.id);
}

function refresh(_parent, { input: { refreshToken } }) {
  const hash = hashOf(refreshToken);
  return prisma.$transaction(async (transaction) => {
    const found = await transaction.refreshToken.findUnique({ where: { hash } });
    if (found === null || found.expiresAt < new Date()) return { userErrors: [{ code: 'INVALID_REFRESH_TOKEN' }] };
    await transaction.refreshToken.delete({ where: { hash } });
    return openSession(transaction, found.userId);
  });
}

async function logOut(_parent, _args, context) {
  const { token, claims } = authenticated(context);
  await prisma.blacklistedToken.create({ data: { token, expiresAt: new Date(claims.exp * 1000) } });
  return { endedSessions: 1 };
}

function authenticated({ caller }) {
  if (caller === null) throw new Unauthenticated();
  return caller;
}

async function callerOf(authorization) {
  const token = authorization?.replace(/^Bearer /, '');
  if (token === undefined) return null;
  try {
    const claims = jwt.verify(token, key, { algorithms: ['HS256'] });
    return (await prisma.blacklistedToken.findUnique({ where: { token } })) === null ? { token, claims } : null;
  } catch {
    return null;
  }
}

const resolvers = {
  Query: {
    profile: (_parent, _args, context) => authenticated(context) && PROFILE,
    publicProfile: () => PROFILE,
    me: (_parent, _args, context) => prisma.user.findUnique({ where: { id: authenticated(context).claims.sub } }),
  },
  Mutation: { login: logIn, refreshToken: refresh, logout: logOut },
};
const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ caller: await callerOf(req.headers.authorization) }),
});
tell(url);
