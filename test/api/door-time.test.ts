/** Time at the door: exact to the second, with the configured tolerance, and never reported before the signature is verified. */
import { expect, test } from 'vitest';
import { ACCEPTED, denied, knock, openForge, STRANGER } from '../support/tokens/door.js';

const TOLERANCE = 5;
const LIFE = 15 * 60;

test('a token ends when exp and the tolerance have passed, to the millisecond [R1]', async () => {
  const { app, token } = await openForge({ CLOCK_TOLERANCE: `${TOLERANCE}s` });
  const end = app.clock.now() + (LIFE + TOLERANCE) * 1000;
  app.clock.set(end - 1);
  expect(await knock(app, `Bearer ${token}`)).toEqual(ACCEPTED);
  app.clock.set(end);
  expect(await knock(app, `Bearer ${token}`)).toEqual(denied('TOKEN_EXPIRED'));
  app.clock.advance(86_400);
  expect(await knock(app, `Bearer ${token}`)).toEqual(denied('TOKEN_EXPIRED'));
});

test('a token that was seen before is checked against the clock again [R1]', async () => {
  const { app, sign, payload } = await openForge({ CLOCK_TOLERANCE: '0s' });
  const iat = Number(payload.iat);
  const short = sign({ payload: { exp: iat + 1, nbf: iat } });
  expect(await app.ask(short)).toBe('ok');
  app.clock.advance(1);
  expect(await app.ask(short)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});

test('iat and nbf may be ahead by the tolerance, and no second more [R1]', async () => {
  const { app, sign, payload } = await openForge({ CLOCK_TOLERANCE: `${TOLERANCE}s` });
  const now = Number(payload.iat);
  for (const claim of ['iat', 'nbf']) {
    const edge = sign({ payload: { [claim]: now + TOLERANCE } });
    const beyond = sign({ payload: { [claim]: now + TOLERANCE + 1 } });
    expect.soft(await knock(app, `Bearer ${edge}`), claim).toEqual(ACCEPTED);
    expect.soft(await knock(app, `Bearer ${beyond}`), claim).toEqual(denied('TOKEN_INVALID'));
    app.clock.advance(1);
    expect.soft(await knock(app, `Bearer ${beyond}`), `${claim}, one second later`).toEqual(ACCEPTED);
    app.clock.advance(-1);
  }
});

test('without tolerance the edges are those of the claims [R1]', async () => {
  const { app, sign, payload } = await openForge({ CLOCK_TOLERANCE: '0s' });
  const now = Number(payload.iat);
  expect(await app.ask(sign({ payload: { iat: now + 1 } }))).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await app.ask(sign({ payload: { exp: now + 1 } }))).toBe('ok');
  expect(await app.ask(sign({ payload: { exp: now } }))).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
  expect(await app.ask(sign({ payload: { exp: 0 } }))).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});

test('EXPIRED and REVOKED are said only when signature and claims are right [R1]', async () => {
  const { app, token, sign, payload } = await openForge();
  const exp = Number(payload.iat) - 60;
  expect(await app.ask(sign({ payload: { exp } }))).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
  const spoilt = {
    'another key': sign({ payload: { exp }, key: STRANGER }),
    'another audience': sign({ payload: { exp, aud: 'elsewhere' } }),
    'another issuer': sign({ payload: { exp, iss: 'elsewhere' } }),
    'another type': sign({ payload: { exp }, header: { typ: 'JWT' } }),
  };
  for (const [what, text] of Object.entries(spoilt)) {
    expect.soft(await knock(app, `Bearer ${text}`), `expired, ${what}`).toEqual(denied('TOKEN_INVALID'));
  }
  await app.send('mutation { logout { endedSessions } }', { token });
  expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  const revoked = { 'another key': sign({ key: STRANGER }), 'another audience': sign({ payload: { aud: 'elsewhere' } }) };
  for (const [what, text] of Object.entries(revoked)) {
    expect.soft(await knock(app, `Bearer ${text}`), `revoked, ${what}`).toEqual(denied('TOKEN_INVALID'));
  }
});

test('of members that are named twice the last one counts, in the check as in the signature’s eyes [R1]', async () => {
  const { app, signText, header, payload } = await openForge();
  const twice = (text: string, first: string) => text.replace('{', `{${first},`);
  const head = JSON.stringify(header);
  const body = JSON.stringify(payload);
  expect(await app.ask(signText({ payload: twice(body, '"exp":1') }))).toBe('ok');
  expect(await app.ask(signText({ payload: body.replace(/}$/, ',"exp":1}') }))).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
  expect(await app.ask(signText({ payload: body.replace(/}$/, ',"aud":"elsewhere"}') }))).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await app.ask(signText({ header: head.replace(/}$/, ',"alg":"none"}') }))).toBe('UNAUTHENTICATED TOKEN_INVALID');
});
