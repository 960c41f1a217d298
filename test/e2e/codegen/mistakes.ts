/** Mistakes that the generated types must reject, one for each marked line; this file never runs. */
import { GraphQLClient } from 'graphql-request';
import { LogoutDocument, MeDocument, RegisterDocument } from './graphql.js';

const client = new GraphQLClient('');

// @ts-expect-error: the password is missing
await client.request(RegisterDocument, { input: { email: 'ada@example.com' } });
// @ts-expect-error: there is no such scope
await client.request(LogoutDocument, { scope: 'EVERYTHING' });
const { me } = await client.request(MeDocument);
// @ts-expect-error: it may be null
console.log(me.email);
// @ts-expect-error: the query did not select it
console.log(me?.roles);
