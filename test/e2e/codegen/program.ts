/** A small user's program that prints its answers as JSON: generated types cover every operation and every answer. */
import { ClientError, GraphQLClient } from 'graphql-request';
import { LogoutDocument, MeDocument, RefreshDocument, RegisterDocument } from './graphql.js';

const client = new GraphQLClient(process.argv[2] ?? '');

const { register } = await client.request(RegisterDocument, { input: { email: 'codegen@example.com', password: 'correct horse battery' } });
const accessToken: string | null | undefined = register?.accessToken;
const roles: string[] | undefined = register?.user?.roles;
client.setHeader('authorization', `Bearer ${accessToken}`);

const { me } = await client.request(MeDocument);
const email: string | undefined = me?.email;
const createdAt: string | undefined = me?.createdAt;

const { logout } = await client.request(LogoutDocument, { scope: 'CURRENT' });
const endedSessions: number | undefined = logout?.endedSessions;

const refusal = await client.request(MeDocument).catch((error: unknown) => error);
const reason = refusal instanceof ClientError ? refusal.response.errors?.[0]?.extensions.reason : null;

const { refreshToken } = await client.request(RefreshDocument, { input: { refreshToken: register?.refreshToken ?? null } });
const codes = refreshToken?.userErrors.map(({ code }) => code);

console.log(JSON.stringify({ roles, email, isDated: createdAt !== undefined, endedSessions, reason, codes }));
