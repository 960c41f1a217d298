/** An application's resolvers may stand beside Latchkey's, and never in the place of one: a replaced `logout` would end no session. */
import { getMetadataStorage, Mutation, Query, Resolver, UseMiddleware } from 'type-graphql';
import { expect, test } from 'vitest';
import { OperatorFault } from '../../src/lib/operator-fault.js';
import { startApp, type TestOptions } from '../support/app/start-app.js';
import {
  CurrentResolver,
  findInMetadata,
  InheritedRolesResolver,
  InheritingResolver,
  ParcelResolver,
  PersonResolver,
  PinResolver,
  ScopeResolver,
  ShiftResolver,
  TimeResolver,
  UnionResolver,
} from '../support/resolvers/clashing-resolvers.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

async function refusalOf(resolvers: TestOptions['resolvers']): Promise<string> {
  const fault = await startApp({ resolvers }).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(OperatorFault);
  return (fault as OperatorFault).message;
}

test('root fields with the names of ours are refused at the start, each by both names', async () => {
  const refusal = await refusalOf([NameResolver, ShiftResolver]);
  expect(refusal.split('\n')).toEqual([
    'Query.me: ShiftResolver.me would replace UserResolver.me of Latchkey.',
    'Mutation.logout: ShiftResolver.logout would replace LogoutResolver.logout of Latchkey.',
    'Mutation.login: ShiftResolver.begin would replace LoginResolver.login of Latchkey.',
    'Subscription.sessionEvents: ShiftResolver.sessionEvents would replace LiveResolver.sessionEvents of Latchkey.',
    expect.stringMatching(/^Rename yours/),
  ]);
  expect(await refusalOf([new ShiftResolver()])).toContain('ShiftResolver.logout');
  expect(await refusalOf([InheritingResolver])).toContain('InheritingResolver.end would replace LogoutResolver.logout');
});

test('every query and mutation of ours is refused to others', async () => {
  const { app } = await startApp();
  const impostors = Object.entries({ Query, Mutation }).flatMap(([root, decorate]) => {
    const type = app.schema.getType(root) as unknown as { getFields(): object };
    return Object.keys(type.getFields()).map((name) => {
      class Impostor {}
      decorate(() => Boolean)(Impostor.prototype, name, { value: () => true });
      Resolver()(Impostor);
      return { path: `${root}.${name}`, Impostor };
    });
  });
  expect(impostors.length).toBeGreaterThan(25);
  const refusal = await refusalOf(impostors.map(({ Impostor }) => Impostor));
  expect(impostors.filter(({ path }) => !refusal.includes(`${path}: Impostor.`))).toEqual([]);
});

test('a type with the name of one of ours is refused by name, with what to do', async () => {
  const person = await refusalOf([PersonResolver]);
  expect(person).toContain('the class Person with the GraphQL name "User"');
  expect(person).toContain("import { User } from 'latchkey'");
  expect(await refusalOf([PinResolver])).toContain('the class LoginInput with the GraphQL name "LoginInput"');
  expect(await refusalOf([ScopeResolver])).toContain('an enum with the GraphQL name "LogoutScope"');
  expect(await refusalOf([UnionResolver])).toContain('a union with the GraphQL name "AuditEvent"');
  expect(await refusalOf([TimeResolver])).toContain("GraphQLDateTime of 'graphql-scalars'");
  expect(await refusalOf([ParcelResolver])).toContain('named "Parcel": the class Sent');
});

test('a field resolver may add a field to our types, and replace none', async () => {
  expect(await refusalOf([CurrentResolver])).toContain('Session.current: the field resolver CurrentResolver.current would replace');
  expect(await refusalOf([InheritedRolesResolver])).toContain('User.roles: the field resolver InheritedRolesResolver.everyRole');
});

test('a resolver class of ours is refused, and so is a class that extends one', async () => {
  const Ours = findInMetadata('logout');
  expect(await refusalOf([Ours])).toContain('is, or extends, LogoutResolver of Latchkey');
  class Deaf extends Ours {
    logout() {
      return { endedSessions: 1, userErrors: [] };
    }
  }
  expect(await refusalOf([Deaf])).toContain('Deaf of your application');
});

test('a middleware on a class of ours is refused', async () => {
  const Ours = findInMetadata('logout');
  UseMiddleware(async () => ({ endedSessions: 1, userErrors: [] }))(Ours.prototype, 'logout', {});
  try {
    expect(await refusalOf([NameResolver])).toContain('A middleware was put on LogoutResolver');
    expect(await refusalOf([])).toContain('A middleware was put on LogoutResolver');
  } finally {
    getMetadataStorage().middlewares.pop();
  }
});

test('an entry that is no resolver is refused, and so is a class that is listed as two instances', async () => {
  for (const entry of ['./resolvers/*.ts', null, {}, [NameResolver]]) {
    expect(await refusalOf([entry as never])).toContain('neither a class nor an instance');
  }
  expect(await refusalOf([new NameResolver(), new NameResolver()])).toContain('NameResolver stands twice');
  expect(await refusalOf([NameResolver, new NameResolver()])).toContain('NameResolver stands twice');
  await startApp({ resolvers: [NameResolver, NameResolver] });
});
