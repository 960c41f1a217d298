/** Attempts on two nodes at the same moment, and the sessions and notices of logins that meet. */
import { expect, test } from 'vitest';
import { PASSWORD, type Tokens } from '../support/app/requests.js';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { mailSettings, makeUser, waitForOutbox } from '../support/mail/mail-app.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { countsOf, guess, LIMITED, tally, WRONG } from '../support/passwords/guessing.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { borrowDatabase } from '../support/postgresql/postgresql.js';

const HERE = '198.51.100.1';

const onBoth = <Result>(
  { one, two }: { one: TestApp; two: TestApp },
  times: number,
  act: (node: TestApp, index: number) => Promise<Result>,
) => Promise.all(Array.from({ length: times }, (_, index) => act(index % 2 === 0 ? one : two, index)));

test('of a hundred attempts at once on two nodes as many are checked as the budget has, and no other is counted anywhere', async () => {
  const nodes = await startTwoNodes({ settings: { LOGIN_ATTEMPTS: '7' } });
  for (let window = 0; window < 3; window += 1) {
    // At first the counts have no rows; then they have windows that have passed.
    expect(tally(await onBoth(nodes, 100, (node) => guess(node, { from: HERE })))).toEqual({ [WRONG]: 7, [LIMITED]: 93 });
    expect(countsOf(nodes.one)).toEqual({ USER_AND_ADDRESS: [7], USER: [7], ADDRESS: [7] });
    nodes.clock.advance(900);
  }
});

test('the budget of the address is nearly used up by other users: what is refused on two nodes is not counted for the user', async () => {
  const nodes = await startTwoNodes({ settings: { LOGIN_ATTEMPTS: '7', ADDRESS_ATTEMPTS: '10' } });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
    expect(await guess(nodes.one, { email: `${name}@example.com`, from: HERE })).toBe(WRONG);
  expect(tally(await onBoth(nodes, 60, (node) => guess(node, { from: HERE })))).toEqual({ [WRONG]: 4, [LIMITED]: 56 });
  const counts = countsOf(nodes.one);
  expect(counts.ADDRESS).toEqual([10]);
  for (const budget of ['USER', 'USER_AND_ADDRESS']) expect(counts[budget]).toEqual([1, 1, 1, 1, 1, 1, 4]);
});

test('users who guess from one address at once, on two nodes and in any order, never block each other', async () => {
  const nodes = await startTwoNodes({ settings: { LOGIN_ATTEMPTS: '5', ADDRESS_ATTEMPTS: '40' } });
  const answers = await onBoth(nodes, 80, (node, index) => guess(node, { email: `user-${index % 16}@example.com`, from: HERE }));
  expect(tally(answers)).toEqual({ [WRONG]: 40, [LIMITED]: 40 });
  const counts = countsOf(nodes.one);
  expect(counts.ADDRESS).toEqual([40]);
  expect(counts.USER?.reduce((sum, points) => sum + points)).toBe(40);
  expect(counts.USER_AND_ADDRESS).toEqual(counts.USER);
});

test('logins of one user at the limit on two nodes at once leave as many sessions as are allowed, the new ones among them', async () => {
  const nodes = await startTwoNodes();
  const { one, clock } = nodes;
  await one.register();
  for (let count = 0; count < 11; count += 1) await onBoth(nodes, count < 10 ? 10 : 2, (node) => node.login());
  clock.advance(60);
  const opened: Tokens[] = await onBoth(nodes, 30, (node) => node.login());
  const live = new Set(readRows(one.dataDir, 'SELECT id FROM Session WHERE endedAt IS NULL').map(({ id }) => id));
  expect(live.size).toBe(100);
  expect(opened.filter(({ sid }) => !live.has(sid))).toEqual([]);
});

test('two first logins from a new device at the same moment on two nodes send one notice', async () => {
  const mails = await startMailServer();
  const url = await borrowDatabase();
  const settings = mailSettings(mails);
  const nodes = { one: await startNode(url, { settings }), two: await startNode(url, { settings }) };
  await makeUser(nodes.one);
  const logIn = async ({ send }: TestApp, userAgent: string) => {
    const input = { email: 'ada@example.com', password: PASSWORD };
    const { data, text } = await send('mutation($input: LoginInput!) { login(input: $input) { accessToken } }', {
      variables: { input },
      headers: { 'user-agent': userAgent },
    });
    if (!data.login.accessToken) throw new Error(text);
  };
  await logIn(nodes.one, 'Firefox/133.0');
  await onBoth(nodes, 4, (node) => logIn(node, 'curl/8.5.0'));
  await waitForOutbox(nodes.one);
  expect(mails.received).toHaveLength(1);
});
