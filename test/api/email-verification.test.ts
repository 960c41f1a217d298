/** A user proves that the email address is theirs. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { followLink, makeLoggedIn, nextCode, requestVerification, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

test('the code in the mail verifies the address, without a login', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  const verifiedAt = async () => (await app.send('{ me { emailVerifiedAt } }', { token: accessToken })).data.me.emailVerifiedAt;
  expect(await requestVerification(app, accessToken)).toBe('ok');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: EMAIL, subject: 'Verify your address at app.example.com' });
  const { page, code } = followLink(mail);
  expect(page).toBe('https://app.example.com/login/verify-email');
  expect(await verifiedAt()).toBe(null);
  app.clock.advance(60);
  expect(await act(app, 'verifyEmail', { code })).toBe('ok');
  expect(await verifiedAt()).toBe('2030-01-01T12:01:00.000Z');
  expect(await act(app, 'verifyEmail', { code })).toBe('INVALID_CODE');
  expect(await app.ask(accessToken)).toBe('ok');
});

test('an address that is verified gets no further mail', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await requestVerification(app, accessToken);
  await act(app, 'verifyEmail', { code: await nextCode(mails) });
  expect(await requestVerification(app, accessToken)).toBe('ok');
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(1);
});

test('nobody asks for it without a live token', async () => {
  const { app } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  for (const token of [undefined, accessToken]) {
    const { data, errors } = await app.send('mutation { requestEmailVerification { userErrors { code } } }', { token });
    expect(data.requestEmailVerification).toBe(null);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }
});

test('of 50 uses at once one verifies', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await requestVerification(app, accessToken);
  const code = await nextCode(mails);
  const answers = await Promise.all(Array.from({ length: 50 }, () => act(app, 'verifyEmail', { code })));
  expect(answers.filter((answer) => answer !== 'INVALID_CODE')).toEqual(['ok']);
  await app.app.close();
  expect(readRows(app.dataDir, "SELECT actor FROM AuditEvent WHERE kind = 'user.email-verified'")).toHaveLength(1);
});
