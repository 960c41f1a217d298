/** What an application brings beside its resolvers (context, middlewares, container, validation) serves its own fields, and reaches none of ours. */
import { printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { OperatorFault } from '../../src/lib/operator-fault.js';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import {
  ContextResolver,
  FindResolver,
  GreetingsResolver,
  type NotesContext,
  NotesResolver,
  SessionNoteResolver,
} from '../support/resolvers/notes-resolvers.js';
import { openStream } from '../support/sockets/event-streams.js';

const NOTES = { resolvers: [NotesResolver, SessionNoteResolver, FindResolver, ContextResolver], validate: false };

/** Logs in and out, and checks that everything that Latchkey promises still holds. */
async function expectPromiseKept(app: TestApp): Promise<void> {
  const { accessToken } = await app.register('promise@example.com');
  expect(await app.ask(accessToken)).toBe('ok');
  expect((await app.send('{ treasure }', { token: accessToken })).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  const { data } = await app.send('mutation { logout { endedSessions userErrors { code } } }', { token: accessToken });
  expect(data).toEqual({ logout: { endedSessions: 1, userErrors: [] } });
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect((await app.send('{ treasure }', { token: accessToken })).errors?.[0]?.extensions).toMatchObject({ reason: 'TOKEN_REVOKED' });
}

test('our types take fields of an application, again in the next server of the process', async () => {
  for (let time = 1; time <= 2; time += 1) {
    const app = await startApp(NOTES);
    const { accessToken: token, sid } = await app.register();
    expect((await app.send('mutation { addNote(input: { text: "milk" }) { text } }', { token })).data).toEqual({
      addNote: { text: 'milk' },
    });
    const { data } = await app.send('{ me { email notes { text } } session { id note } author { email roles notes { text } } }', { token });
    expect(data).toEqual({
      me: { email: EMAIL, notes: [{ text: 'milk' }] },
      session: { id: sid, note: `note of ${sid}` },
      author: { email: 'author@example.com', roles: ['WRITER'], notes: [] },
    });
  }
  const { data } = await (await startApp()).send('{ __type(name: "User") { fields { name } } }');
  expect(JSON.stringify(data)).not.toContain('notes');
});

test('a middleware that answers everything answers the fields of the application only [R2]', async () => {
  const seen: string[] = [];
  const everything = async ({ info }: { info: { parentType: { name: string }; fieldName: string } }) => {
    seen.push(`${info.parentType.name}.${info.fieldName}`);
    return 'true';
  };
  const app = await startApp({ ...NOTES, globalMiddlewares: [everything] });
  expect((await app.send('{ whoami author { email } }')).data).toEqual({ whoami: 'true', author: null });
  await expectPromiseKept(app);
  expect([...new Set(seen)]).toEqual(['Query.whoami', 'Query.author']);
});

test('a middleware runs after the guard, and may be a class', async () => {
  const ran: string[] = [];
  class Recorder {
    async use(_data: object, next: () => Promise<unknown>) {
      ran.push('recorder');
      return next();
    }
  }
  const app = await startApp({ ...NOTES, globalMiddlewares: [Recorder] });
  for (let time = 1; time <= 3; time += 1) await app.send('{ treasure }');
  expect(ran).toEqual([]);
  expect((await app.send('{ whoami }')).data).toEqual({ whoami: 'anonymous  ' });
  expect(ran).toEqual(['recorder']);
});

test('a container makes the resolvers of the application, and is never asked for one of ours [R2]', async () => {
  const asked = new Set<string>();
  class Deaf {
    logout = () => ({ endedSessions: 1, userErrors: [] });
    me = () => ({ id: 'everybody' });
    whoami = () => 'from the container';
    treasure = () => 'gold';
  }
  const container = {
    get(resolver: { name: string }) {
      asked.add(resolver.name);
      return new Deaf();
    },
  };
  for (const given of [container, () => container]) {
    const app = await startApp({ ...NOTES, container: given });
    expect((await app.send('{ whoami }')).data).toEqual({ whoami: 'from the container' });
    await expectPromiseKept(app);
  }
  expect([...asked]).toEqual(['ContextResolver']);
});

test('the context of an application stands under ours: it adds, and replaces nothing', async () => {
  const context = ({ headers }: NotesContext) => ({
    caller: { kind: 'authenticated', token: { sub: 'somebody', roles: ['ADMIN'] } },
    origin: null,
    locale: String(headers['accept-language']),
  });
  for (const given of [context, async (ours: NotesContext) => context(ours)]) {
    const app = await startApp({ ...NOTES, context: given });
    const whoami = async (token?: string) => (await app.send('{ whoami }', { token, headers: { 'accept-language': 'fr' } })).data.whoami;
    for (let time = 1; time <= 3; time += 1) {
      expect(await whoami()).toBe('anonymous  fr');
      expect((await app.send('{ treasure }')).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
    }
    const { accessToken: token } = await app.register();
    const { data } = await app.send('{ me { id } }', { token });
    expect(await whoami(token)).toBe(`authenticated ${data.me.id} fr`);
    await expectPromiseKept(app);
  }
});

test('a subscription of an application gets its context, and the guard stands before both', async () => {
  let built = 0;
  const context = async () => ({ locale: `fr${++built}` });
  const app = await startApp({ resolvers: [GreetingsResolver], context });
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const stream = await openStream(address, 'subscription { greetings }', accessToken);
  expect(await stream.ended).toContain('{"data":{"greetings":"hello in fr1, heard in fr1 by authenticated"}}');
  expect(await (await openStream(address, 'subscription { greetings }')).ended).toContain('TOKEN_MISSING');
});

test('a context is built once per operation, and only for fields of the application', async () => {
  let built = 0;
  const app = await startApp({ ...NOTES, context: () => ({ locale: String(++built) }) });
  const { accessToken: token } = await app.register();
  await app.send('{ me { id } }', { token });
  expect(built).toBe(0);
  expect((await app.send('{ a: whoami b: whoami }')).data).toEqual({ a: 'anonymous  1', b: 'anonymous  1' });
});

test('the context of a class keeps its methods, and one object for all requests keeps their callers apart', async () => {
  class Locales {
    get locale() {
      return this.find();
    }
    find() {
      return 'found';
    }
  }
  const shared = new Locales();
  const app = await startApp({ ...NOTES, context: () => shared });
  const { accessToken: token } = await app.register();
  expect((await app.send('{ whoami }', { token })).data.whoami).toMatch(/^authenticated \S+ found$/);
  expect((await app.send('{ whoami }')).data).toEqual({ whoami: 'anonymous  found' });
});

test('where the context of an application fails, its fields fail and ours go on: a logout still counts [R2]', async () => {
  const fail = () => {
    throw new Error('the database of the application is away');
  };
  for (const context of [fail, async () => fail(), () => null as never, async () => 'text' as never]) {
    const app = await startApp({ ...NOTES, context });
    const { errors, text } = await app.send('{ a: whoami b: whoami }');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL_SERVER_ERROR', 'INTERNAL_SERVER_ERROR']);
    expect(text).not.toContain('database of the application');
    const { accessToken: token } = await app.register();
    expect((await app.send('mutation { logout { endedSessions } }', { token })).data).toEqual({ logout: { endedSessions: 1 } });
    expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  }
});

test('no resolver makes itself another caller, neither for the next field nor for the next request', async () => {
  const app = await startApp(NOTES);
  await makeAdministrator(app);
  const { accessToken: token } = await app.register('eve@example.com');
  const usurp = 'mutation { usurp(sub: "ada") logout { endedSessions } again: usurp(sub: "ada") }';
  const own = 'mutation { usurp(sub: "ada") }';
  expect((await app.send(own, { token })).data).toEqual({ usurp: Array(5).fill('refused') });
  expect((await app.send('{ treasure }', { token })).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  const { data } = await app.send(usurp, { token });
  expect(data.logout).toEqual({ endedSessions: 1 });
  expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a change to app.schema changes nothing that is served [R2]', async () => {
  const app = await startApp(NOTES);
  expect(printSchema(app.app.schema)).toContain('whoami: String');
  for (const type of Object.values(app.app.schema.getTypeMap())) {
    // The types of the introspection belong to graphql-js, which has one of each for all schemas.
    if (!('getFields' in type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) Object.assign(field, { resolve: () => 'replaced' });
  }
  expect((await app.send('{ whoami }')).data).toEqual({ whoami: 'anonymous  ' });
  await expectPromiseKept(app);
});

test('inputs with decorators are validated, left alone, or refused at the start: never left alone in silence', async () => {
  const add = 'mutation($text: String!, $tag: String!) { addNote(input: { text: $text, tags: [{ name: $tag }] }) { text } }';
  const adds = async (app: TestApp, text: string, tag = 'home') => {
    const { accessToken: token } = await app.login(EMAIL).catch(() => app.register());
    return app.send(add, { token, variables: { text, tag } });
  };
  const refused = await startApp({ ...NOTES, validate: undefined }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OperatorFault);
  expect(String(refused)).toContain('The input NoteInput has decorators of class-validator');
  const args = await startApp({ resolvers: [FindResolver] }).catch((error: unknown) => error);
  expect(String(args)).toContain('The input FindArgs has decorators');
  await startApp({ resolvers: [ContextResolver] });

  expect((await adds(await startApp(NOTES), 'much too long')).data).toEqual({ addNote: { text: 'much too long' } });

  for (const validate of [true, { validationError: { target: true } }]) {
    const app = await startApp({ ...NOTES, validate });
    expect((await adds(app, 'milk')).data).toEqual({ addNote: { text: 'milk' } });
    const { data, errors, text } = await adds(app, 'a secret that is too long', 'and a tag');
    expect(data).toEqual({ addNote: null });
    expect(errors?.[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      validationErrors: [
        { property: 'text', constraints: { maxLength: expect.stringContaining('5 characters') } },
        { property: 'tags', children: [{ property: '0', children: [{ property: 'name', constraints: expect.anything() }] }] },
      ],
    });
    expect(text).not.toContain('secret');
    // This message says `$value`, so the application wants it told.
    const [found] = (await app.send('{ find(word: "much too long") }')).errors ?? [];
    const told = [{ property: 'word', constraints: { maxLength: 'too long: much too long' } }];
    expect(found?.extensions).toEqual({ code: 'BAD_USER_INPUT', validationErrors: told });
    const { data: wrong } = await app.send(
      `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { userErrors { code } } }`,
    );
    expect(wrong).toEqual({ login: { userErrors: [] } });
  }

  const validateFn = (value: unknown) => {
    if (JSON.stringify(value).includes('long')) throw new Error('too long');
  };
  const { errors } = await adds(await startApp({ resolvers: NOTES.resolvers, validateFn }), 'much too long');
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
});

test('fields of an application on our types see the fields of the type, and no hash of the row', async () => {
  const roots: object[] = [];
  const look = async ({ root }: { root: object | undefined }, next: () => Promise<unknown>) => {
    if (root !== undefined) roots.push(root);
    return next();
  };
  const app = await startApp({ ...NOTES, globalMiddlewares: [look] });
  await app.register();
  const input = `input: { email: "${EMAIL}", password: "${PASSWORD}" }`;
  const { data } = await app.send(`mutation { login(${input}) { accessToken user { notes { text } } session { note } } }`);
  await app.send('{ me { notes { text } } sessions { note } }', { token: data.login.accessToken });
  expect(roots.length).toBeGreaterThanOrEqual(4);
  expect(roots.flatMap((root) => Object.keys(root)).filter((key) => /hash|sealed|credential|key/i.test(key))).toEqual([]);
});

test('the context of an application has neither the cookie’s token nor an address that it can change', async () => {
  const contexts: { origin: object; refreshCookie: unknown }[] = [];
  const context = (ours: (typeof contexts)[number]) => {
    contexts.push(ours);
    return {};
  };
  const app = await startApp({ ...NOTES, context });
  await app.register();
  await app.send('{ whoami }', { headers: { 'latchkey-refresh-token': 'cookie', cookie: '__Host-latchkey-refresh=x' } });
  expect(contexts.map(({ origin, refreshCookie }) => [Object.isFrozen(origin), refreshCookie])).toEqual([[true, null]]);
});
