/** Relay pages of the long lists: their shape, their bounds, their cursors, and that nothing shifts while rows are added. */
import { expect, test } from 'vitest';
import { ADMIN_EMAIL, startWithAdministrator } from '../support/app/administrators.js';
import { readAll, readPage } from '../support/app/lists.js';
import { writeRows } from '../support/database/stored-rows.js';
import { decode } from '../support/tokens/tokens.js';

const LISTS = ['users', 'auditEvents'] as const;
const CURSOR = /^[\w-]{40,80}$/;

async function startWithUsers(count: number) {
  const app = await startWithAdministrator();
  for (let index = 0; index < count; index += 1) await app.register(`user${index}@example.com`);
  return app;
}

test.each(LISTS)('a page of %s has edges, nodes and page information as the Relay specification says', async (list) => {
  const app = await startWithUsers(2);
  const request = { token: app.admin.accessToken, list, fields: 'id', filter: list === 'users' ? '' : 'everyone: true' };
  const { page } = await readPage(app, { ...request, first: 2 });
  expect(page.edges.map(({ node }: { node: object }) => node)).toEqual(page.nodes);
  expect(page.nodes).toHaveLength(2);
  expect(page.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: page.edges[0].cursor,
    endCursor: page.edges[1].cursor,
  });
  expect(page.pageInfo.startCursor).toMatch(CURSOR);
  const second = await readPage(app, { ...request, first: 100, after: page.pageInfo.endCursor });
  expect(second.page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const middle = await readPage(app, { ...request, first: 1, after: page.pageInfo.startCursor });
  expect(middle.page.nodes).toEqual([page.nodes[1]]);
});

test('a page that ends with the list says so, and an empty one has no cursors', async () => {
  const app = await startWithUsers(2);
  const request = { token: app.admin.accessToken, list: 'users', fields: 'id' };
  expect((await readPage(app, { ...request, first: 3 })).page.pageInfo.hasNextPage).toBe(false);
  const { page } = await readPage(app, { ...request, filter: 'search: "nobody"' });
  expect(page).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test.each(LISTS)('%s of equal instants are walked without a gap or a repetition while rows are added', async (list) => {
  const app = await startWithUsers(12);
  const request = { token: app.admin.accessToken, list, fields: 'id', filter: list === 'users' ? '' : 'everyone: true' };
  const ids = (nodes: { id: string }[]) => nodes.map(({ id }) => id);
  const before = ids((await readPage(app, { ...request, first: 100 })).page.nodes);
  expect(before.length).toBeGreaterThan(12);
  for (const first of [1, 5, before.length - 1, before.length]) {
    expect.soft(ids(await readAll(app, { ...request, first })), `${first} a page`).toEqual(before);
  }
  let added = 0;
  // Time passes before the first of them: a row added at the very instant of the cursor may fall on either side of it.
  app.clock.advance(1);
  const walked = await readAll(app, { ...request, first: 3 }, () => app.register(`late${added++}@example.com`));
  expect(ids(walked)).toEqual(before);
  expect(added).toBeGreaterThan(3);
});

test.each(LISTS)('%s come the newest first', async (list) => {
  const app = await startWithAdministrator();
  for (const name of ['one', 'two', 'three']) {
    app.clock.advance(60);
    await app.register(`${name}@example.com`);
  }
  const instant = list === 'users' ? 'createdAt' : 'at';
  const request = { token: app.admin.accessToken, list, fields: instant, filter: list === 'users' ? '' : 'everyone: true' };
  const instants = (await readAll(app, { ...request, first: 2 })).map((node) => node[instant]);
  expect(instants).toEqual([...instants].sort().reverse());
  expect(new Set(instants).size).toBe(4);
});

test('a page has 20 without a wish, and from 1 to 100 with one', async () => {
  const app = await startWithUsers(21);
  const token = app.admin.accessToken;
  for (const first of [undefined, null]) {
    const { page } = await readPage(app, { token, list: 'users', fields: 'id', ...(first === undefined ? {} : { first }) });
    expect.soft(page.nodes).toHaveLength(20);
  }
  const { data } = await app.send('{ users { nodes { id } } }', { token });
  expect(data.users.nodes).toHaveLength(20);
  for (const list of LISTS) {
    expect.soft((await readPage(app, { token, list, fields: 'id', first: 100 })).code).toBeUndefined();
    for (const first of [0, -1, 101, 2_147_483_647, -2_147_483_648]) {
      const { page, code, message } = await readPage(app, { token, list, fields: 'id', first });
      expect.soft({ page, code, message }, `${list} ${first}`).toEqual({
        page: null,
        code: 'BAD_USER_INPUT',
        message: '"first" must be from 1 to 100.',
      });
    }
  }
});

test('a cursor that is garbage, foreign, forged or huge is the client’s fault', async () => {
  const app = await startWithUsers(1);
  const token = app.admin.accessToken;
  const cursorsOf = async (list: string) =>
    (await readPage(app, { token, list, fields: 'id', first: 1 })).page.pageInfo.endCursor as string;
  const own = { users: await cursorsOf('users'), auditEvents: await cursorsOf('auditEvents') };
  const forged = (text: string) => Buffer.from(text).toString('base64url');
  for (const list of LISTS) {
    const [, instant, id] = Buffer.from(own[list], 'base64url').toString().split(' ');
    const wrong = {
      garbage: 'garbage',
      spaces: '   ',
      NUL: '\u0000',
      'a lone surrogate': '\ud800',
      'of the other list': list === 'users' ? own.auditEvents : own.users,
      'with more behind': `${own[list]}A`,
      padded: `${own[list]}==`,
      'with a space': `${own[list]} `,
      'in the other base64': Buffer.from(own[list], 'base64url').toString('base64').replace(/=*$/, '+'),
      'without an id': forged(`${list} ${instant}`),
      'of a short id': forged(`${list} ${instant} ${id?.slice(1)}`),
      'of a long id': forged(`${list} ${instant} ${id}A`),
      'of another list': forged(`sessions ${instant} ${id}`),
      'of a negative instant': forged(`${list} -${instant} ${id}`),
      'of a broken instant': forged(`${list} 1.5 ${id}`),
      'of an instant with zeros': forged(`${list} 00${instant} ${id}`),
      'of the year 10000': forged(`${list} 253402300800000 ${id}`),
      'of no instant': forged(`${list} 999999999999999 ${id}`),
      'of injected SQL': forged(`${list} ${instant} ' OR 1=1 --AAAAAAAAAAA`),
      huge: 'A'.repeat(50_000),
      'huge and right at first': own[list].padEnd(50_000, 'A'),
    };
    for (const [what, after] of Object.entries(wrong)) {
      const { page, code, message } = await readPage(app, { token, list, fields: 'id', after });
      expect.soft({ page, code }, `${list}: ${what}`).toEqual({ page: null, code: 'BAD_USER_INPUT' });
      expect
        .soft(message, `${list}: ${what}`)
        .toBe('"after" is no cursor of this list. Take one from "pageInfo.endCursor" of the page before.');
    }
    const last = forged(`${list} 253402300799999 ${id}`);
    expect((await readPage(app, { token, list, fields: 'id', after: last, first: 100 })).page.nodes.length).toBeGreaterThan(1);
    const oldest = forged(`${list} 0 ${id}`);
    expect((await readPage(app, { token, list, fields: 'id', after: oldest })).page.nodes).toEqual([]);
  }
});

test('a cursor stays good when its own row is gone', async () => {
  const app = await startWithUsers(3);
  const request = { token: app.admin.accessToken, list: 'users', fields: 'id' };
  const { nodes, edges } = (await readPage(app, request)).page;
  // All users were created at one instant, so the administrator may be anywhere among them.
  const gone = nodes.findIndex(({ id }: { id: string }) => id !== decode(app.admin.accessToken).claims.sub);
  await app.app.close();
  writeRows(app.dataDir, `PRAGMA foreign_keys = ON; DELETE FROM User WHERE id = '${nodes[gone].id}'`);
  const restarted = await app.restart();
  const { page } = await readPage(restarted, {
    ...request,
    token: (await restarted.login(ADMIN_EMAIL)).accessToken,
    after: edges[gone].cursor,
  });
  expect(page.nodes).toEqual(nodes.slice(gone + 1));
});

test('the largest page with all that there is to ask is within the limits of a query', async () => {
  const app = await startWithUsers(1);
  const user = 'id email name roles createdAt emailVerifiedAt lastLoginAt disabledAt disabledReason __typename';
  const event = 'id at kind userId sessionId actor reason ipAddress userAgent __typename';
  const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  for (const [list, fields] of [
    ['users', user],
    ['auditEvents', event],
  ]) {
    const query = `{ ${list}(first: 100) { edges { cursor node { ${fields} } } nodes { ${fields} } ${pageInfo} } }`;
    const { status, errors } = await app.send(query, { token: app.admin.accessToken });
    expect.soft({ status, errors }, list).toEqual({ status: 200, errors: undefined });
  }
});
