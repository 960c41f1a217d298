/** Every way a session ends, against everything that could outlive it. One row per ending, the same questions to each. */
import { describe, expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { PASSWORD, type Tokens } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { createPauses, makeDriverYield } from '../support/database/yielding-driver.js';
import { followLink, type MailApp, makeUser, startMailApp } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

interface Cast {
  readonly app: TestApp;
  /** The session that the ending is about. */
  readonly own: Tokens;
  /** Another session of the same user. */
  readonly other: Tokens;
  readonly admin: Tokens & { readonly id: string };
  readonly userId: string;
  readonly email: string;
  /** The key that signed all tokens so far. */
  readonly kid: string;
}

/** What is left of a session: all of it, its refresh token only (its access tokens died), or nothing. */
type Fate = 'lives' | 'refreshes' | 'dead';

type Whose = 'own' | 'other' | 'admin';

interface Ending {
  readonly name: string;
  /** Asks for the mail without whose code it can't be done. */
  readonly ask?: (cast: Cast) => Promise<string>;
  /** @param code from the mail, if there is one */
  run(cast: Cast, code: string): Promise<unknown>;
  readonly own: Fate;
  readonly other: Fate;
  readonly admin: Fate;
  /** Whether a login with the old credentials that runs at the same time must be dead; else it may have come after. */
  readonly endsLogins?: true;
  /** What a refused token says of its session, where that is not what the fate lets expect: null if the server says nothing. */
  readonly sessionEnded?: Partial<Record<Whose, boolean | null>>;
  /** The same as an operation whose next field must find the caller revoked. */
  readonly document?: (cast: Cast, code: string) => { query: string; token: string };
}

const NEW = 'a wholly new passphrase';
const loginOf = (email: string) => `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { accessToken } }`;
const REVOKED = /^UNAUTHENTICATED TOKEN_REVOKED$/;
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 8);

const byAdmin = (name: string, inputOf: (cast: Cast) => object) => async (cast: Cast) => {
  expect(await act(cast.app, name, inputOf(cast), cast.admin.accessToken)).toBe('ok');
};
const byOwner = (name: string, inputOf: (cast: Cast) => object) => async (cast: Cast) => {
  expect(await act(cast.app, name, inputOf(cast), cast.own.accessToken)).toBe('ok');
};
const byOperator = (run: (cast: Cast) => Promise<{ kind: string }>) => async (cast: Cast) => {
  expect((await run(cast)).kind).toBe('done');
};
const changePassword = (keepOtherSessions: boolean) => `changePassword(input: {
  currentPassword: "${PASSWORD}", newPassword: "${NEW}", keepOtherSessions: ${keepOtherSessions} }) { userErrors { code } }`;
const ownDocument = (field: string) => (cast: Cast) => ({ query: `mutation { ${field} }`, token: cast.own.accessToken });
const withCode =
  (name: string, rest = {}) =>
  async ({ app }: Cast, code: string) =>
    expect(await act(app, name, { code, ...rest })).toBe('ok');

const ENDINGS: readonly Ending[] = [
  {
    name: 'logout',
    run: byOwner('logout', () => ({})),
    own: 'dead',
    other: 'lives',
    admin: 'lives',
    document: ownDocument('logout { endedSessions }'),
  },
  {
    name: 'logout with the refresh token alone',
    run: ({ app, own }) => act(app, 'logout', { refreshToken: own.refreshToken }),
    own: 'dead',
    other: 'lives',
    admin: 'lives',
  },
  { name: 'logout of the others', run: byOwner('logout', () => ({ scope: 'OTHERS' })), own: 'lives', other: 'dead', admin: 'lives' },
  {
    name: 'logout of all',
    run: byOwner('logout', () => ({ scope: 'ALL' })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    document: ownDocument('logout(input: { scope: ALL }) { endedSessions }'),
  },
  {
    name: 'revokeSession',
    run: byOwner('revokeSession', ({ other }) => ({ sessionId: other.sid })),
    own: 'lives',
    other: 'dead',
    admin: 'lives',
  },
  {
    name: 'revokeSession of the own one',
    run: byOwner('revokeSession', ({ own }) => ({ sessionId: own.sid })),
    own: 'dead',
    other: 'lives',
    admin: 'lives',
    document: ({ own }) => ({
      query: `mutation { revokeSession(input: { sessionId: "${own.sid}" }) { userErrors { code } } }`,
      token: own.accessToken,
    }),
  },
  {
    name: 'changePassword',
    run: byOwner('changePassword', () => ({ currentPassword: PASSWORD, newPassword: NEW })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
    // The session goes on with the tokens in the answer.
    sessionEnded: { own: false },
    document: ownDocument(changePassword(false)),
  },
  {
    name: 'changePassword that keeps the others',
    run: byOwner('changePassword', () => ({ currentPassword: PASSWORD, newPassword: NEW, keepOtherSessions: true })),
    own: 'dead',
    other: 'refreshes',
    admin: 'lives',
    endsLogins: true,
    sessionEnded: { own: false },
    document: ownDocument(changePassword(true)),
  },
  {
    name: 'resetPassword',
    ask: ({ app, email }) => act(app, 'requestPasswordReset', { email }),
    run: withCode('resetPassword', { newPassword: NEW }),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
    document: ({ own }, code) => ({
      query: `mutation { resetPassword(input: { code: "${code}", newPassword: "${NEW}" }) { userErrors { code } } }`,
      token: own.accessToken,
    }),
  },
  {
    name: 'confirmEmailChange',
    ask: ({ app, own, email }) => act(app, 'requestEmailChange', { newEmail: `new-${email}` }, own.accessToken),
    run: withCode('confirmEmailChange'),
    own: 'refreshes',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
    document: ({ own }, code) => ({
      query: `mutation { confirmEmailChange(input: { code: "${code}" }) { userErrors { code } } }`,
      token: own.accessToken,
    }),
  },
  {
    name: 'deleteMe',
    run: byOwner('deleteMe', () => ({ password: PASSWORD })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
    document: ownDocument(`deleteMe(input: { password: "${PASSWORD}" }) { deletedUserId }`),
  },
  {
    name: 'setUserRoles',
    run: byAdmin('setUserRoles', ({ userId }) => ({ userId, roles: ['EDITOR'] })),
    own: 'refreshes',
    other: 'refreshes',
    admin: 'lives',
  },
  {
    name: 'disableUser',
    run: byAdmin('disableUser', ({ userId }) => ({ userId })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'revokeUserSessions',
    run: byAdmin('revokeUserSessions', ({ userId }) => ({ userId })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
  },
  {
    name: 'requirePasswordReset',
    run: byAdmin('requirePasswordReset', ({ userId }) => ({ userId })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'an act of an administrator upon themselves',
    run: byAdmin('revokeUserSessions', ({ admin }) => ({ userId: admin.id })),
    own: 'lives',
    other: 'lives',
    admin: 'dead',
    document: ({ admin }) => ({
      query: `mutation { revokeUserSessions(input: { userId: "${admin.id}" }) { endedSessions } }`,
      token: admin.accessToken,
    }),
  },
  {
    name: 'revokeAllSessions',
    run: byAdmin('revokeAllSessions', () => ({})),
    own: 'dead',
    other: 'dead',
    admin: 'dead',
    document: ({ admin }) => ({ query: 'mutation { revokeAllSessions { endedSessions } }', token: admin.accessToken }),
  },
  {
    name: 'reuse of an old refresh token',
    async run({ app, own }) {
      const { tokens } = await app.refresh(own.refreshToken);
      app.clock.advance(11);
      await app.refresh(own.refreshToken);
      expect(await fateOf(app, tokens as Tokens)).toBe('dead');
    },
    own: 'dead',
    other: 'lives',
    admin: 'lives',
  },
  {
    name: 'latchkey session revoke',
    run: byOperator(({ app, own }) => app.app.administration.revokeSession({ session: own.sid })),
    own: 'dead',
    other: 'lives',
    admin: 'lives',
  },
  {
    name: 'latchkey session revoke --access-tokens-only',
    run: byOperator(({ app, own }) => app.app.administration.revokeSession({ session: own.sid, accessTokensOnly: true })),
    own: 'refreshes',
    other: 'lives',
    admin: 'lives',
  },
  {
    name: 'latchkey session revoke --user',
    run: byOperator(({ app, email }) => app.app.administration.revokeUserSessions({ user: email })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
  },
  {
    name: 'latchkey session revoke --all',
    run: byOperator(({ app }) => app.app.administration.revokeAllSessions({})),
    own: 'dead',
    other: 'dead',
    admin: 'dead',
  },
  {
    name: 'latchkey user disable',
    run: byOperator(({ app, email }) => app.app.administration.disableUser({ user: email })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'latchkey user set-roles',
    run: byOperator(({ app, email }) => app.app.administration.setUserRoles({ user: email, roles: ['EDITOR'] })),
    own: 'refreshes',
    other: 'refreshes',
    admin: 'lives',
  },
  {
    name: 'latchkey user require-password-reset',
    run: byOperator(({ app, email }) => app.app.administration.requirePasswordReset({ user: email })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'latchkey user reset-password',
    run: byOperator(({ app, email }) => app.app.administration.resetPassword({ user: email, password: NEW })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'latchkey user delete',
    run: byOperator(({ app, email }) => app.app.administration.deleteUser({ user: email })),
    own: 'dead',
    other: 'dead',
    admin: 'lives',
    endsLogins: true,
  },
  {
    name: 'latchkey keys revoke',
    run: byOperator(({ app, kid }) => app.app.administration.revokeKey({ kid })),
    own: 'refreshes',
    other: 'refreshes',
    admin: 'refreshes',
    // The signature can't be verified any more.
    sessionEnded: { own: null, other: null, admin: null },
  },
];

type Stage = { readonly app: TestApp; readonly mails: MailApp['mails'] | null };

async function openStage({ ask }: Ending): Promise<Stage> {
  return ask === undefined ? { app: await startApp(), mails: null } : startMailApp();
}

/** Several casts can be on one stage: they have nobody in common. */
async function prepare({ ask }: Ending, { app, mails }: Stage, name = 'ada'): Promise<Cast & { code: string }> {
  const email = `${name}@example.com`;
  await makeUser(app, email);
  const own = await app.login(email);
  const { header, claims } = decode(own.accessToken);
  const [other, admin] = [await app.login(email), await makeAdministrator(app, `root-of-${email}`)];
  const cast = { app, own, other, admin, userId: claims.sub, email, kid: header.kid };
  if (ask === undefined || mails === null) return { ...cast, code: '' };
  expect(await ask(cast)).toBe('ok');
  return { ...cast, code: await findCode(mails) };
}

/** Of the first mail that has one: an earlier cast may have been sent a notice. */
async function findCode(mails: MailApp['mails']): Promise<string> {
  let mail = await mails.next();
  while (!mail.text.includes('lkc_')) mail = await mails.next();
  return followLink(mail).code;
}

async function fateOf(app: TestApp, { accessToken, refreshToken }: Tokens): Promise<Fate> {
  const answer = await app.ask(accessToken);
  const { tokens } = await app.refresh(refreshToken);
  if (answer === 'ok') return tokens === null ? Promise.reject(new Error('an access token without a session')) : 'lives';
  expect(answer).toMatch(/^UNAUTHENTICATED TOKEN_(REVOKED|INVALID)$/);
  return tokens === null ? 'dead' : 'refreshes';
}

/** What the answers to the three tokens say of their sessions: null if nothing. */
async function endsToldBy({ send }: TestApp, cast: Cast): Promise<Record<Whose, boolean | null>> {
  const told = async ({ accessToken }: Tokens) => {
    const { errors } = await send('{ me { id } }', { token: accessToken });
    return (errors?.[0]?.extensions.sessionEnded as boolean | undefined) ?? null;
  };
  return { own: await told(cast.own), other: await told(cast.other), admin: await told(cast.admin) };
}

describe.each(ENDINGS)('$name', (ending) => {
  const expected = { own: ending.own, other: ending.other, admin: ending.admin };
  const usual = { lives: null, refreshes: false, dead: true };
  const expectedEnds = { own: usual[ending.own], other: usual[ending.other], admin: usual[ending.admin], ...ending.sessionEnded };

  test('leaves of each session what it should, and says so, at once and after a restart [R3] [R31]', async () => {
    const cast = await prepare(ending, await openStage(ending));
    await ending.run(cast, cast.code);
    const { app, own, other, admin } = cast;
    expect({
      own: await app.ask(own.accessToken),
      other: await app.ask(other.accessToken),
      admin: await app.ask(admin.accessToken),
    }).toEqual({
      own: ending.own === 'lives' ? 'ok' : expect.stringContaining('UNAUTHENTICATED'),
      other: ending.other === 'lives' ? 'ok' : expect.stringContaining('UNAUTHENTICATED'),
      admin: ending.admin === 'lives' ? 'ok' : expect.stringContaining('UNAUTHENTICATED'),
    });
    expect(await endsToldBy(app, cast)).toEqual(expectedEnds);
    const again = await app.restart();
    expect(await endsToldBy(again, cast)).toEqual(expectedEnds);
    const found = { own: await fateOf(again, own), other: await fateOf(again, other), admin: await fateOf(again, admin) };
    expect(found).toEqual(expected);
  });

  test('leaves nothing to a refresh or a login that runs at the same time [R9] [R11]', { timeout: 120_000 }, async () => {
    makeDriverYield();
    const delay = createPauses(16);
    const stage = await openStage(ending);
    for (let round = 0; round < ROUNDS; round += 1) {
      const cast = await prepare(ending, stage, `ada${round}`);
      const { app, own, other, email } = cast;
      // Reuse consists of refreshes with the session's own token; a racing refresh would be its victim or its cause.
      const sessions = ending.name.startsWith('reuse') ? { other } : { own, other };
      const [, login, refreshed] = await Promise.all([
        delay().then(() => ending.run(cast, cast.code)),
        delay().then(() => app.send(loginOf(email))),
        Promise.all(
          Object.entries(sessions).map(async ([whose, { refreshToken }]) => {
            await delay();
            const { tokens } = await app.refresh(refreshToken);
            return { whose, tokens };
          }),
        ),
      ]);
      for (const { whose, tokens } of refreshed) {
        const fate = expected[whose as 'own' | 'other'];
        if (tokens === null) expect(fate).toBe('dead');
        else if (fate === 'dead') expect(await fateOf(app, tokens)).toBe('dead');
        // The refresh came before, and its access token died, or after, and it lives.
        else expect(await fateOf(app, tokens)).not.toBe('dead');
      }
      const loggedIn = login.data.login.accessToken;
      if (loggedIn !== null) expect(await app.ask(loggedIn)).toMatch(ending.endsLogins ? REVOKED : /^ok$|TOKEN_(REVOKED|INVALID)$/);
    }
  });

  if (ending.document === undefined) return;
  const { document } = ending;

  test('is seen by the next field of the same operation [R2]', async () => {
    const cast = await prepare(ending, await openStage(ending));
    const { query, token } = document(cast, cast.code);
    const { errors, text } = await cast.app.send(
      query.replace(/\}$/, ' after: revokeSession(input: { sessionId: "x" }) { userErrors { code } } }'),
      {
        token,
      },
    );
    expect(errors, text).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({ path: ['after'], extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' } });
  });
});
