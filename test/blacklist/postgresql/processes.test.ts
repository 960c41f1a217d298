/** `latchkey/blacklist` in three processes that share a PostgreSQL database. */
import { expect, test } from 'vitest';
import { inAnHour } from '../../support/blacklist/blacklists.js';
import { type Member, startMembers } from '../../support/blacklist/members.js';
import { makeDatabase } from '../../support/postgresql/postgresql.js';

async function three(options = {}): Promise<[Member, Member, Member]> {
  return (await startMembers(await makeDatabase('template0'), 3, options)) as [Member, Member, Member];
}

/** What all processes say of a token. */
function askAll(members: readonly Member[], token: Parameters<Member['isRevoked']>[0]): Promise<boolean[]> {
  return Promise.all(members.map((member) => member.isRevoked(token)));
}

test('when revoke has answered, every process refuses the token, and all have acknowledged [R4] [R22]', async () => {
  const members = await three();
  const expiresAt = inAnHour();
  for (let round = 0; round < 30; round += 1) {
    const token = { jti: `token-${round}`, sid: `session-${round}`, expiresAt };
    expect(await askAll(members, token)).toEqual([false, false, false]);
    const ids = round % 2 === 0 ? { jti: token.jti, expiresAt } : { sid: token.sid, expiresAt };
    const confirmation = await (members[round % 3] as Member).revoke(ids);
    expect(await askAll(members, token)).toEqual([true, true, true]);
    expect(confirmation).toMatchObject({ by: 'acknowledged', nodes: 3, acknowledged: 3 });
  }
  expect(await members[0].isSynchronous({ jti: 'token-0', expiresAt })).toBe(true);
  expect(await members[0].status()).toMatchObject({ mode: 'lease', revokedIds: 30, isListening: true, fault: null });
});
