/** The work for a request does not reveal who is registered: the same statements in the same order, and the same answer. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { collectStatements } from '../support/database/statements.js';
import { makeLoggedIn, makeUser, startMailApp } from '../support/mail/mail-app.js';
import { mutate } from '../support/mutations/mutations.js';

async function start() {
  const statements = collectStatements();
  // So long that no token expires as hours pass: in mode database, checking a live token is a statement too.
  const { app } = await startMailApp({ settings: { ACCESS_TOKEN_TTL: '24h' } });
  const { accessToken } = await makeLoggedIn(app, 'caller@example.com');
  for (const email of ['known@example.com', 'disabled@example.com']) await makeUser(app, email);
  await app.app.administration.disableUser({ user: 'disabled@example.com' });
  // The outbox waits for a timer, so that none of its statements comes between.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const run = async (name: string, input: object) => {
    statements.length = 0;
    const before = await operations();
    const answer = await mutate(app, name, input, 'userErrors { code }', accessToken);
    return { answer: answer.text, statements: [...statements], operations: (await operations()) - before };
  };
  const operations = async () => {
    const { payload } = await app.app.metrics.inject({ url: '/metrics' });
    return Number(/^latchkey_database_operations_total (\d+)$/m.exec(payload)?.[1]);
  };
  // Statements that run only once, such as those for the list of common passwords, are not compared.
  await run('requestPasswordReset', { email: 'first@example.com' });
  return { run, app };
}

test.each([
  ['requestPasswordReset', (email: string) => ({ email })],
  ['register', (email: string) => ({ email, password: PASSWORD })],
  ['requestEmailChange', (email: string) => ({ newEmail: email })],
] as const)('%s does the same for an unknown, a known and a disabled user', async (name, inputFor) => {
  const { run } = await start();
  const unknown = await run(name, inputFor('nobody@example.com'));
  expect(unknown.statements.length).toBeGreaterThan(5);
  expect(unknown.operations).toBeGreaterThan(2);
  expect(unknown.answer).toBe(`{"data":{"${name}":{"userErrors":[]}}}\n`);
  expect(await run(name, inputFor('known@example.com'))).toEqual(unknown);
  expect(await run(name, inputFor('disabled@example.com'))).toEqual(unknown);
});

test('who asks for a reset twice leaves one code, for an unknown user as for a known and a disabled one', async () => {
  const { run, app } = await start();
  const statements: string[] = [];
  const left: number[] = [];
  for (const email of ['nobody@example.com', 'known@example.com', 'disabled@example.com']) {
    for (const spelling of [email, email.toUpperCase()])
      statements.push((await run('requestPasswordReset', { email: spelling })).statements.join('\n'));
    app.clock.advance(3_600);
    const pruned = await app.app.administration.prune();
    left.push(pruned.kind === 'done' ? pruned.result.mailCodes : -1);
  }
  // The first request also prunes the code from the beginning of the comparison.
  expect(left).toEqual([2, 1, 1]);
  expect(new Set(statements).size).toBe(1);
});
