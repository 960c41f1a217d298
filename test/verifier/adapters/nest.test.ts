/** The contract of latchkey/verifier/nest, in a real Nest application: GraphQL and controllers. */
import { ResolveField, Resolver } from '@nestjs/graphql';
import { expect, test } from 'vitest';
import { Roles } from '../../../src/verifier/adapters/nest.js';
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { createNest, nest, OrdersResolver } from '../../support/verifier/kinds/nest.js';
import { startLoginServer } from '../../support/verifier/login-server.js';
import { passesRouteContract } from '../../support/verifier/route-contract.js';
import { askService, openServiceStream, outcomeOf, SDL } from '../../support/verifier/services.js';
import { createTicks } from '../../support/verifier/ticks.js';

passesContract(nest);
passesRouteContract({ name: 'NestJS with controllers', serve: nest.serve });

async function startParts() {
  const login = await startLoginServer();
  const verifier = await login.follow();
  return { login, parts: { verifier, ticks: createTicks(), logOut: (token: string) => login.end(token) } };
}

test('Nest asks its guard once for a subscription, so the events are gated without the hooks of the socket too', async () => {
  const { login, parts } = await startParts();
  const app = await createNest(parts, { subscriptions: { 'graphql-ws': true } });
  await app.listen(0, '127.0.0.1');
  const user = await login.registerUser();
  const stream = await openServiceStream(nest, (await app.getUrl()).replace(/\/$/, ''), user.accessToken);
  await parts.ticks.untilListeners(1);
  parts.ticks.publish(1111);
  await stream.hear('1111');
  await login.end(user.accessToken);
  expect(parts.ticks.listeners).toBe(0);
  await stream.hear('TOKEN_REVOKED');
  await stream.hear('complete');
  expect(stream.text()).not.toContain('2222');
});

test('a resolver that Nest does not call runs without the guard: the application does not start, and names it', async () => {
  const { parts } = await startParts();
  const app = await createNest(parts, {
    autoSchemaFile: false,
    typeDefs: `${SDL} extend type Query { open: String }`,
    resolvers: { Query: { open: () => 'open' } },
  });
  await expect(app.init()).rejects.toThrow('These fields are neither guarded nor public: Query.open.');
});

@Resolver('Shelf')
class ShelfResolver {
  @Roles('ADMIN')
  @ResolveField('label')
  label() {
    return 'label';
  }
}

test('guards do not run before @ResolveField, so its roles are asked for in the schema', async () => {
  const { login, parts } = await startParts();
  const typeDefs = `${SDL} type Shelf { label: String } extend type Query { shelf: Shelf }`;
  const app = await createNest(
    parts,
    { autoSchemaFile: false, typeDefs, resolvers: { Query: { shelf: () => ({}) } } },
    [OrdersResolver, ShelfResolver],
    ['Query.shelf'],
  );
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  const user = await login.registerUser();
  const ask = async (token: string) => (await askService(url, '{ hello shelf { label } }', token)).body;
  expect(outcomeOf(await ask(user.accessToken))).toBe('FORBIDDEN');
  expect((await ask(login.admin.accessToken)).data.shelf).toEqual({ label: 'label' });
});
