/** The program of docs/embedding.md with a subscription: it type-checks unchanged, runs, and its subscription ends with the session. */
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { buildProject, checkForBundler, findProgram } from '../support/examples/embedding-project.js';
import { logOut } from '../support/mutations/mutations.js';
import { startServer } from '../support/process/server-process.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect, subscribe } from '../support/sockets/sockets.js';

test('the program of the document publishes to who is logged in, and a logout ends the subscription [R28]', async () => {
  const { script, folder } = await buildProject(findProgram('docs/embedding.md', 'Your own subscriptions'), ['@graphql-yoga']);
  await checkForBundler(folder);
  const server = await startServer({ dataDir: makeFolder(), command: [process.execPath, script], cwd: folder });
  const [{ accessToken }, other] = [await server.register(), await server.register('bob@example.com')];
  const socket = await connect(server.url, accessToken);
  subscribe(socket, 'subscription { news }');
  const stream = await openStream(server.url, 'subscription { news }', accessToken);

  const publish = (text: string, token?: string) =>
    server.send('mutation($text: String!) { publishNews(text: $text) }', { variables: { text }, token });
  const isHeard = () => socket.frames.length > 1 && stream.text().includes('early');
  while (!isHeard()) expect((await publish('early', other.accessToken)).data).toEqual({ publishNews: true });
  expect((await socket.hear('next')).payload).toEqual({ data: { news: 'early' } });

  expect(await logOut(server, { token: accessToken })).toBe(1);
  expect((await publish('late', other.accessToken)).data).toEqual({ publishNews: true });
  expect((await publish('late', accessToken)).errors?.[0]?.extensions).toEqual({
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_REVOKED',
    sessionEnded: true,
  });
  expect(await socket.closed).toBe('4401 TOKEN_REVOKED');
  expect(await stream.ended).toMatch(/"reason":"TOKEN_REVOKED".*event: complete/s);
  expect(JSON.stringify(socket.frames) + stream.text()).not.toContain('late');
});
