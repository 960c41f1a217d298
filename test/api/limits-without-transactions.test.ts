/** A refused flood takes no turns away from requests that write. */
import { expect, test } from 'vitest';
import type { TestApp } from '../support/app/start-app.js';
import { collectStatements } from '../support/database/statements.js';
import { startMailApp } from '../support/mail/mail-app.js';
import { LIMITED } from '../support/passwords/guessing.js';

const CODE = `lkc_${'A'.repeat(43)}`;

async function refusalOf(app: TestApp, field: string): Promise<string> {
  const { errors } = await app.send(`mutation { ${field} { userErrors { code } } }`);
  return String(errors?.[0]?.extensions.code ?? 'not refused');
}

test.each([
  ['an unknown refresh token', 'refreshToken(input: { refreshToken: "x" })'],
  ['an unknown code', `verifyEmail(input: { code: "${CODE}" })`],
  ['a mail', 'requestPasswordReset(input: { email: "nobody@example.com" })'],
  ['a registration', 'register(input: { email: "", password: "" })'],
])('once the budget is used up, %s costs no transaction', async (_, field) => {
  const statements = collectStatements();
  const { app } = await startMailApp({ settings: { ADDRESS_ATTEMPTS: '3' } });
  for (let times = 0; times < 3; times += 1) expect(await refusalOf(app, field)).toBe('not refused');
  // The outbox sends statements on its own, so this counts only those that count attempts.
  const written = () => statements.filter((sql) => /^\s*(INSERT|UPDATE|DELETE)[^;]*AttemptCount/.test(sql)).length;
  const before = written();
  for (let times = 0; times < 5; times += 1) expect(await refusalOf(app, field)).toBe(LIMITED);
  expect(written() - before).toBe(0);
});
