/** A token that is revoked during its own requests: after the revocation it does nothing more (R2, R18). */
import { expect, test } from 'vitest';
import type { App } from '../../src/app.js';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { createPauses, makeDriverYield, pausesDecide } from '../support/database/yielding-driver.js';
import { act } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

/** TOKEN_INVALID occurs too: the server does not recognise tokens signed by a key that has left the ring. */
const REFUSED = /^UNAUTHENTICATED TOKEN_(REVOKED|INVALID)$/;
const ACTOR = 'second@example.com';
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? (pausesDecide ? 30 : 10));

interface Revocation {
  /** The session of the acting token. */
  readonly sid: string;
  readonly kid: string;
  readonly round: number;
}

/** The acts of an operator, each with its event in the audit trail. */
const REVOCATIONS: Record<string, [event: string, revoke: (commands: App['administration'], wanted: Revocation) => Promise<object>]> = {
  'its session ends': ['session.ended', (commands, { sid }) => commands.revokeSession({ session: sid })],
  'the access tokens of its session are killed': [
    'session.access-tokens-revoked',
    (commands, { sid }) => commands.revokeSession({ session: sid, accessTokensOnly: true }),
  ],
  'the roles in it change': [
    'user.roles-changed',
    (commands, { round }) => commands.setUserRoles({ user: ACTOR, roles: ['ADMIN', `ROUND_${round}`] }),
  ],
  'the key that has signed it is revoked': ['signing-key.revoked', (commands, { kid }) => commands.revokeKey({ kid })],
  'everybody is logged out': ['sessions.all-ended', (commands) => commands.revokeAllSessions({})],
};

test.each(Object.entries(REVOCATIONS))('when %s, it acts before that or not at all', { timeout: 120_000 }, async (_, [event, revoke]) => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  await makeAdministrator(app);
  const { id } = await makeAdministrator(app, ACTOR);
  const userId = await idOf(app.app, EMAIL);
  const delay = createPauses(24);
  const answers: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { accessToken, sid } = await app.login(ACTOR);
    const { kid } = decode(accessToken).header;
    const actLater = () => delay().then(() => act(app, 'revokeUserSessions', { userId }, accessToken));
    const revokeLater = () => delay().then(() => revoke(app.app.administration, { sid, kid, round }));
    const [revoked, ...acted] = await Promise.all([revokeLater(), actLater(), actLater(), actLater()]);
    expect(revoked).toMatchObject({ kind: 'done' });
    expect(await act(app, 'revokeUserSessions', { userId }, accessToken)).toMatch(REFUSED);
    answers.push(...acted.map((answer) => (REFUSED.test(answer) ? 'refused' : answer)));
  }
  // Only if both answers occur did the requests race.
  if (pausesDecide) expect(new Set(answers)).toEqual(new Set(['ok', 'refused']));
  else expect(['ok', 'refused']).toEqual(expect.arrayContaining(answers));
  await app.app.close();
  expect(actsOfTheDead(readRows(app.dataDir, 'SELECT kind, actor, userId FROM AuditEvent ORDER BY rowid'), event, id)).toEqual([]);
});

async function idOf(app: App, user: string): Promise<string> {
  const shown = await app.administration.showUser({ user });
  if (shown.kind === 'failed') throw new Error('there should be such a user');
  return shown.result.id;
}

/** Acts that the trail records after the revocation and before the next login. */
function actsOfTheDead(trail: readonly Readonly<Record<string, unknown>>[], event: string, id: string): unknown[] {
  let isDead = false;
  return trail.filter(({ kind, actor, userId }) => {
    if (kind === event && actor === 'command-line') isDead = true;
    if (kind === 'session.started' && userId === id) isDead = false;
    return isDead && actor === id;
  });
}
