/** A server of Apollo, type-graphql and Prisma with its own users, which issues its own tokens with jsonwebtoken. */
import 'reflect-metadata';
import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { GraphQLError } from 'graphql';
import jwt from 'jsonwebtoken';
import { idsOfClaims, openBlacklist } from 'latchkey/blacklist';
import { Arg, Authorized, buildSchema, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { PrismaClient } from './generated/client.js';

const KEY = process.env.TOKEN_KEY ?? randomBytes(32).toString('hex');
const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: process.env.DATABASE_URL ?? 'file:users.db' }) });
await prisma.$executeRaw`
  CREATE TABLE IF NOT EXISTS "User" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL UNIQUE, "passwordHash" TEXT NOT NULL)`;
const blacklist = await openBlacklist({ databaseUrl: process.env.BLACKLIST_URL ?? 'file:blacklist.db' });

interface Claims {
  jti: string;
  cnt: number;
  sub: string;
  exp: number;
}

interface Context {
  claims: Claims | null;
}

function verify(header = ''): Claims | null {
  try {
    return jwt.verify(header.replace(/^Bearer /, ''), KEY, { algorithms: ['HS256'] }) as unknown as Claims;
  } catch {
    return null;
  }
}

function hash(password: string, salt: string): string {
  return `${salt}.${scryptSync(password, salt, 32).toString('hex')}`;
}

function matches(password: string, passwordHash: string): boolean {
  const [salt = ''] = passwordHash.split('.');
  return timingSafeEqual(Buffer.from(hash(password, salt)), Buffer.from(passwordHash));
}

@Resolver()
class UserResolver {
  @Mutation(() => String)
  async register(@Arg('email', () => String) email: string, @Arg('password', () => String) password: string): Promise<string> {
    const passwordHash = hash(password, randomBytes(16).toString('hex'));
    const { id } = await prisma.user.create({ data: { email, passwordHash } });
    return issue(id);
  }

  @Mutation(() => String)
  async login(@Arg('email', () => String) email: string, @Arg('password', () => String) password: string): Promise<string> {
    const user = await prisma.user.findUnique({ where: { email } });
    if (user === null || !matches(password, user.passwordHash)) throw new GraphQLError('The email or the password is wrong.');
    return issue(user.id);
  }

  @Authorized()
  @Query(() => String)
  async myEmail(@Ctx() { claims }: Context): Promise<string> {
    const user = await prisma.user.findUniqueOrThrow({ where: { id: Number(claims?.sub) } });
    return user.email;
  }

  @Authorized()
  @Mutation(() => Boolean)
  async logout(
    @Arg('everywhere', () => Boolean, { defaultValue: false }) everywhere: boolean,
    @Ctx() { claims }: Context,
  ): Promise<boolean> {
    if (everywhere) await blacklist.endUser(String(claims?.sub));
    else await blacklist.revoke({ jti: claims?.jti, expiresAt: new Date(Number(claims?.exp) * 1000) });
    return true;
  }
}

async function issue(userId: number): Promise<string> {
  const cnt = await blacklist.counterOf(userId);
  return jwt.sign({ cnt }, KEY, { subject: String(userId), jwtid: randomUUID(), expiresIn: '1h' });
}

const schema = await buildSchema({
  resolvers: [UserResolver],
  authChecker: async ({ context: { claims } }: { context: Context }) =>
    claims !== null && !(await blacklist.isRevoked(idsOfClaims({ ...claims }))),
});
const server = new ApolloServer<Context>({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT ?? 4000), host: '127.0.0.1' },
  context: async ({ req }) => ({ claims: verify(req.headers.authorization) }),
});
console.log(`Listening at ${url}`);
