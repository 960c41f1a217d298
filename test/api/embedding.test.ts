/** The first program of docs/embedding.md type-checks unchanged and runs, and the same check guards its field. */
import { expect, test } from 'vitest';
import { buildProject, checkForBundler, findProgram } from '../support/examples/embedding-project.js';
import { newUser, serve } from '../support/process/built-server.js';

test('the first program of docs/embedding.md guards its own field: answered for a live token, refused after logout [R2]', {
  timeout: 120_000,
}, async () => {
  const snippet = findProgram('docs/embedding.md', 'A server with a field of your own');
  expect(snippet.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  const { script, folder } = await buildProject(snippet);
  await checkForBundler(folder);

  const url = await serve([script], folder);
  const ask = async (query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return JSON.parse(await response.text());
  };
  const { email, password } = newUser('embedding');
  const { data } = await ask(`mutation { register(input: { email: "${email}", password: "${password}" }) { accessToken user { id } } }`);
  const { accessToken, user } = data.register;
  const refused = (reason: string) => ({ data: { greeting: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED', reason } }] });

  expect(await ask('{ greeting }')).toMatchObject(refused('TOKEN_MISSING'));
  expect(await ask('{ greeting }', accessToken)).toEqual({ data: { greeting: `Hello, user ${user.id}` } });
  expect(await ask('mutation { logout { endedSessions } }', accessToken)).toEqual({ data: { logout: { endedSessions: 1 } } });
  expect(await ask('{ greeting }', accessToken)).toMatchObject(refused('TOKEN_REVOKED'));
});
