/** Every mutation of the schema by the short way: done and refused with the bytes of the pipeline, and for no page of others. */

import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { buildSchema, type GraphQLNamedType, getNamedType, isObjectType } from 'graphql';
import { expect, test, vi } from 'vitest';
import { answerTo, FOLLOWER, type Sent, startLanePair } from '../support/app/lane-pair.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { tokenFor } from '../support/mutations/mutation-example.js';
import { EXAMPLES } from '../support/mutations/public-mutations.js';
import { startWorld, type World } from '../support/mutations/world.js';
import { CrateResolver } from '../support/resolvers/lane-resolvers.js';

/** In this order each finds what it needs. Those of a group share their two servers. */
const GROUPS = [
  ['verifyEmail', 'requestEmailVerification', 'reauthenticate', 'login', 'register', 'confirmRegistration', 'refreshToken', 'logout'],
  ['revokeSession', 'requestEmailChange', 'requestPasswordReset', 'changePassword'],
  [
    'setUserRoles',
    'revokeUserSessions',
    'requirePasswordReset',
    'disableUser',
    'enableUser',
    'createServiceCredential',
    'revokeServiceCredential',
    'revokeAllSessions',
  ],
  ['confirmEmailChange'],
  ['deleteMe'],
  ['resetPassword'],
];

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** Everything that a type shows, down to its tokens. */
function selectionOf(type: GraphQLNamedType, depth = 0): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).filter(
    ({ args, type: part }) => args.length === 0 && (depth < 2 || !isObjectType(getNamedType(part))),
  );
  return `{ __typename ${fields.map((field) => `${field.name} ${selectionOf(getNamedType(field.type), depth + 1)}`).join(' ')} }`;
}

function textOf(name: string): string {
  const field = schema.getMutationType()?.getFields()[name];
  const [input] = field?.args ?? [];
  const selection = field === undefined ? '' : selectionOf(getNamedType(field.type));
  return input === undefined
    ? `mutation { ${name} ${selection} }`
    : `mutation ($input: ${input.type}) { ${name}(input: $input) ${selection} }`;
}

/** Replaces tokens and ids, which are random. Equal ones stay equal. */
function mask(answer: unknown): string {
  const names = new Map<string, string>();
  const rename = (random: string) => names.get(random) ?? (names.set(random, `RANDOM-${names.size + 1}`).get(random) as string);
  return JSON.stringify(answer).replaceAll(
    /eyJ[\w-]+\.[\w-]+\.[\w-]+|lk[rcv]_[\w-]+|(?<=refresh-)[\da-f]{8,}|(?<![\w-])[\w-]{22}(?![\w-])/g,
    rename,
  );
}

/** The text is read and found valid, and nothing is done: the variable is wrong, or nobody sent it. */
async function acquaint({ app }: World, name: string): Promise<void> {
  await answerTo(app, { body: { query: textOf(name), variables: { input: 7 } } });
}

const PAIR = async () => [await startWorld(), await startWorld({ plugins: [FOLLOWER] })] as const;

test('the groups hold every mutation', () => {
  expect(GROUPS.flat().sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test.each(GROUPS.map((names) => [names]))('%j', async (names) => {
  const worlds = await PAIR();
  const [lane] = worlds;
  await answerTo(lane.app, { body: { query: '{ __typename }' } });
  const entered = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
  const both = async (title: string, sentBy: (world: World) => Sent) => {
    entered.mockClear();
    const [mine, theirs] = [await answerTo(lane.app, sentBy(lane)), await answerTo(worlds[1].app, sentBy(worlds[1]))];
    expect.soft(mask(mine), title).toBe(mask(theirs));
    expect.soft(entered.mock.calls.length, `${title}: only the other server enters its pipeline`).toBe(1);
    return JSON.parse(mine.payload);
  };
  for (const name of names) {
    const { by, input, refused } = EXAMPLES[name] as (typeof EXAMPLES)[string];
    const query = textOf(name);
    const send = (world: World, token: string | undefined, instead: object = {}): Sent => ({
      body: { query, ...(input && { variables: { input: { ...input(world), ...instead } } }) },
      token,
    });
    await acquaint(lane, name);
    if (by !== 'anybody') {
      const dead = await both(`${name} with a token that was revoked`, (world) => send(world, world.dead.accessToken));
      expect(dead.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    for (const [reason, instead] of Object.entries(refused).slice(0, 3)) {
      await both(`${name}, ${reason}`, (world) => send(world, tokenFor(world, by), instead(world)[0]));
    }
    const done = await both(`${name}, done`, (world) => send(world, tokenFor(world, by)));
    expect(done.errors, name).toBeUndefined();
    expect(done.data[name].userErrors, name).toEqual([]);
  }
  entered.mockRestore();
});

test('a body that any page could send takes no short way, even if the application reads such bodies', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  app.app.server.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, JSON.parse(String(body))));
  const body = { query: 'mutation { fill(crates: 1) { label } }' };
  for (let time = 1; time <= 3; time += 1) expect((await answerTo(app, { body })).statusCode).toBe(200);
  for (const type of ['text/plain', 'text/plain; a=application/json']) {
    const { statusCode, payload } = await answerTo(app, { body, headers: { 'content-type': type } });
    expect([statusCode, payload]).toEqual([400, expect.stringContaining('CSRF')]);
  }
});

test('with the cookie mode every answer sets and removes the cookie as in the pipeline [R30]', async () => {
  const pair = await startLanePair({});
  const headers = { 'latchkey-refresh-token': 'cookie' };
  const tokens = '{ accessToken refreshToken session { id } userErrors { code } }';
  const login = {
    query: `mutation ($input: LoginInput!) { login(input: $input) ${tokens} }`,
    variables: { input: { email: EMAIL, password: PASSWORD } },
  };
  const refresh = { query: `mutation { refreshToken ${tokens} }` };
  const logout = { query: 'mutation { logout { endedSessions userErrors { code } } }' };
  for (const app of pair) await app.register();
  for (let time = 1; time <= 3; time += 1) {
    const stories = await Promise.all(
      pair.map(async (app) => {
        const answers: string[] = [];
        let cookie = '';
        for (const body of [login, refresh, logout, refresh]) {
          const answer = await answerTo(app, { body, headers: { ...headers, cookie } });
          cookie = String(answer.headers['set-cookie'] ?? cookie).split(';')[0] ?? '';
          answers.push(mask(answer));
        }
        return answers;
      }),
    );
    expect(stories[0], `time ${time}`).toEqual(stories[1]);
    expect(stories[0]?.filter((answer) => answer.includes('set-cookie')).length).toBe(4);
  }
});
