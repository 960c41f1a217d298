/** `@Authorized` works in every position, and before everything else that belongs to the field. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { startApp } from '../support/app/start-app.js';
import { DerivedResolver, GuardedClassResolver, LaterResolver, OpenResolver, ran } from '../support/resolvers/guarded-resolvers.js';

const RESOLVERS = [GuardedClassResolver, OpenResolver, LaterResolver, DerivedResolver];

type Verdict = 'ok' | 'FORBIDDEN' | 'TOKEN_MISSING';

/** The verdicts for an anonymous caller, a user, and an administrator. */
const FIELDS: Readonly<Record<string, readonly [Verdict, Verdict, Verdict]>> = {
  '{ open }': ['ok', 'ok', 'ok'],
  // This field is public: it runs before the guarded field that it queries.
  '{ peeks }': ['ok', 'ok', 'ok'],
  '{ byClass }': ['TOKEN_MISSING', 'ok', 'ok'],
  '{ byMethod }': ['TOKEN_MISSING', 'FORBIDDEN', 'ok'],
  '{ behindMiddleware }': ['TOKEN_MISSING', 'ok', 'ok'],
  'mutation { change }': ['TOKEN_MISSING', 'ok', 'ok'],
  '{ chest { open } }': ['ok', 'ok', 'ok'],
  '{ chest { locked } }': ['TOKEN_MISSING', 'ok', 'ok'],
  '{ chest { vault } }': ['TOKEN_MISSING', 'FORBIDDEN', 'ok'],
  '{ chest { seal } }': ['TOKEN_MISSING', 'FORBIDDEN', 'ok'],
  '{ chest { resolved } }': ['TOKEN_MISSING', 'ok', 'ok'],
  '{ inherited }': ['TOKEN_MISSING', 'FORBIDDEN', 'ok'],
  '{ shared }': ['TOKEN_MISSING', 'FORBIDDEN', 'ok'],
  '{ twice }': ['TOKEN_MISSING', 'ok', 'ok'],
  '{ reopened }': ['ok', 'ok', 'ok'],
};

test('a field with @Authorized is for those who may, and nothing of it runs for others', async () => {
  const app = await startApp({ resolvers: RESOLVERS });
  const tokens = [undefined, (await app.register()).accessToken, (await makeAdministrator(app)).accessToken];
  for (const [query, verdicts] of Object.entries(FIELDS)) {
    for (const [caller, token] of tokens.entries()) {
      // The query is new the first time and known afterwards.
      for (let time = 1; time <= 3; time += 1) {
        ran.length = 0;
        const { errors } = await app.send(query, { token });
        const { code, reason } = errors?.[0]?.extensions ?? {};
        expect.soft(reason ?? code ?? 'ok', `${query} by ${caller}, time ${time}`).toBe(verdicts[caller]);
        if (errors !== undefined) expect.soft(ran, query).toEqual([]);
      }
    }
  }
});

test('the guard of the first call and the guard of the later ones stand before the same resolver', async () => {
  const app = await startApp({ resolvers: RESOLVERS });
  const { accessToken: token } = await makeAdministrator(app);
  for (let time = 1; time <= 3; time += 1) {
    const { data } = await app.send('{ peeks byMethod inherited shared twice reopened }', { token });
    expect(data).toEqual({
      peeks: 'peeks',
      byMethod: 'byMethod',
      inherited: 'inherited',
      shared: 'for administrators',
      twice: 'second',
      reopened: 'second',
    });
  }
});

test('of one query each field is refused or answered for itself', async () => {
  const app = await startApp({ resolvers: RESOLVERS });
  const { accessToken: token } = await app.register();
  const query = '{ a: byClass b: byMethod c: open chest { locked vault seal } }';
  for (let time = 1; time <= 3; time += 1) {
    const { data, errors } = await app.send(query, { token });
    expect(data).toEqual({ a: 'byClass', b: null, c: 'open', chest: { locked: 'locked', vault: null, seal: null } });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['b', 'chest.seal', 'chest.vault']);
  }
});
