/** Revoked tokens at the door, in every spelling of the same token. */
import { expect, test } from 'vitest';
import { denied, type Forge, knock, openForge } from '../support/tokens/door.js';
import { decode, twinOf, withStrayBits } from '../support/tokens/forging.js';

const REVOKED = denied('TOKEN_REVOKED');
const INVALID = denied('TOKEN_INVALID');

const endSession = async ({ app, token }: Forge) => {
  const { data } = await app.send('mutation { logout { endedSessions } }', { token });
  expect(data.logout.endedSessions).toBe(1);
};
const killAccessTokens = async ({ app, payload }: Forge) => {
  const outcome = await app.app.administration.revokeSession({ session: String(payload.sid), accessTokensOnly: true });
  expect(outcome).toMatchObject({ kind: 'done', result: { revokedAccessTokens: 1 } });
};

test('a token whose session has ended is refused, and so is any other of that session [R12]', async () => {
  const forge = await openForge();
  await endSession(forge);
  expect(await knock(forge.app, `Bearer ${forge.token}`)).toEqual(REVOKED);
  const sibling = forge.sign({ payload: { jti: 'A'.repeat(22), iat: Number(forge.payload.iat) + 1 } });
  expect(await knock(forge.app, `Bearer ${sibling}`)).toEqual(REVOKED);
});

test('a token whose jti is revoked is refused; the next one of its session is accepted [R12] [R14]', async () => {
  const forge = await openForge();
  await killAccessTokens(forge);
  expect(await knock(forge.app, `Bearer ${forge.token}`)).toEqual(REVOKED);
  const { tokens } = await forge.app.refresh(forge.refreshToken);
  expect(await forge.app.ask(tokens?.accessToken)).toBe('ok');
});

test('a token of another generation is revoked, whoever signed it [R12]', async () => {
  const { app, sign, payload } = await openForge();
  for (const gen of [Number(payload.gen) - 1, Number(payload.gen) + 1]) {
    expect(await knock(app, `Bearer ${sign({ payload: { gen } })}`)).toEqual(REVOKED);
  }
});

for (const [how, revoke] of Object.entries({ sid: endSession, jti: killAccessTokens })) {
  test(`another spelling of a token with a revoked ${how} is the same token or none [R12]`, async () => {
    const forge = await openForge();
    const { app, token, sign, payload } = forge;
    await revoke(forge);
    const [header, body, signature] = token.split('.');
    const same: Record<string, string> = {
      'twin of the signature': twinOf(token),
      'signed again': sign({}),
      'other order of claims': sign({ payload: Object.fromEntries(Object.entries(payload).reverse()) }),
      'other order of header members': sign({ header: {} }),
      'longer life': sign({ payload: { exp: Number(payload.exp) + 60 } }),
    };
    for (const [what, text] of Object.entries(same)) expect.soft(await knock(app, `Bearer ${text}`), what).toEqual(REVOKED);
    const none: Record<string, string | null> = {
      'stray bits in the header': withStrayBits(token, 0),
      'stray bits in the payload': withStrayBits(token, 1),
      'stray bits in the signature': withStrayBits(token, 2),
      'padded header': `${header}=.${body}.${signature}`,
      'padded payload': `${header}.${body}=.${signature}`,
      'padded signature': `${token}==`,
      'standard alphabet': token.replaceAll('-', '+').replaceAll('_', '/'),
      'a dot at the end': `${token}.`,
      'a space within': `${header}. ${body}.${signature}`,
      'a tab at the end': `${token}\t`,
      'a quotation': `"${token}"`,
      percent: token.replace('.', '%2E'),
    };
    const spelt = Object.entries(none).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== token);
    for (const [what, text] of spelt) expect.soft(await knock(app, `Bearer ${text}`), what).toEqual(INVALID);
    expect(spelt.length).toBeGreaterThanOrEqual(9);
  });
}

test('the twin of a live signature is the same token: it dies with it [R12]', async () => {
  const forge = await openForge();
  const twin = twinOf(forge.token);
  expect(decode(twin)).toEqual(decode(forge.token));
  expect(await forge.app.ask(twin)).toBe('ok');
  await endSession(forge);
  expect(await forge.app.ask(twin)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
