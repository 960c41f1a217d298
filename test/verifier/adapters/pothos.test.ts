/** Pothos: its plugin for scopes asks once for each request, so the gate stands outside of it. */
import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { expect, test } from 'vitest';
import { guardSchema } from '../../../src/verifier/adapters/apollo.js';
import type { VerifierCaller } from '../../../src/verifier/contract.js';
import { serveApollo } from '../../support/verifier/kinds/apollo.js';
import { startLoginServer } from '../../support/verifier/login-server.js';
import { askService, outcomeOf } from '../../support/verifier/services.js';

interface Types {
  readonly AuthScopes: { readonly loggedIn: boolean };
  readonly Context: { readonly caller: VerifierCaller };
}

test('a logout in the middle of an operation counts, though the scopes of Pothos are kept for the whole request', async () => {
  const login = await startLoginServer();
  const verifier = await login.follow();
  let asked = 0;
  const builder = new SchemaBuilder<Types>({
    plugins: [ScopeAuthPlugin],
    scopeAuth: {
      authScopes: ({ caller }) => ({
        loggedIn: async () => {
          asked += 1;
          return caller.kind === 'authenticated' && (await verifier.check(caller)) === 'live';
        },
      }),
    },
  });
  const authScopes = { loggedIn: true };
  builder.queryType({ fields: (t) => ({ me: t.string({ nullable: true, authScopes, resolve: () => 'me' }) }) });
  builder.mutationType({
    fields: (t) => ({
      before: t.string({ nullable: true, authScopes, resolve: () => 'before' }),
      logOut: t.string({
        nullable: true,
        authScopes,
        args: { token: t.arg.string({ required: true }) },
        resolve: async (_root, { token }) => {
          await login.end(token);
          return 'logged out';
        },
      }),
      after: t.string({ nullable: true, authScopes, resolve: () => 'after' }),
    }),
  });
  const operation = 'mutation($token: String!) { before logOut(token: $token) after }';
  const schema = builder.toSchema();
  const run = async () => {
    const { accessToken: token } = await login.registerUser();
    return (await askService(url, operation, token, { token })).body;
  };

  const url = await serveApollo(guardSchema(schema, verifier), verifier);
  const body = await run();
  expect(body.data).toEqual({ before: 'before', logOut: 'logged out', after: null });
  expect(outcomeOf(body)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  // This is why: one answer of the plugin served all three fields.
  expect(asked).toBe(1);
});
