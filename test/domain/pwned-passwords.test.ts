/** The request to the server of leaked passwords: what it sends, which answers it believes, and which it rejects. */
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PwnedPasswords } from '../../src/features/passwords/pwned-passwords.js';
import { collectLog } from '../support/app/collected-log.js';
import { testWorld } from '../support/app/test-world.js';
import { splitHash, startPwnedServer } from '../support/passwords/pwned-server.js';

const PASSWORD = 'correct horse battery';
const { prefix, rest } = splitHash(PASSWORD);
/** Made in advance: making it takes longer than the request's timeout. */
const bomb = gzipSync(Buffer.alloc(100e6, 48));

/** The finding with a server that answers like this, and what the log says about it. */
async function findWith(answer: RequestListener, password = PASSWORD) {
  return findAt((await startPwnedServer([], answer)).url, password);
}

async function findAt(url: string, password = PASSWORD) {
  const { log, lines, text } = collectLog();
  const leak = await new PwnedPasswords(testWorld({ config: { pwnedPasswords: { isOn: true, url, whenDown: 'allow' } }, log })).find(
    password,
  );
  return { leak, lines, why: lines.map(({ why }) => why).join(), text: text() };
}

const saying =
  (body: string, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(body);

test('a password that has leaked is found, another is not', async () => {
  const { url } = await startPwnedServer([PASSWORD, 'Zoë and friends']);
  expect(await findAt(url)).toMatchObject({ leak: 'leaked', lines: [] });
  expect(await findAt(url, 'Zoë and friends')).toMatchObject({ leak: 'leaked', lines: [] });
  expect(await findAt(url, `${PASSWORD}!`)).toMatchObject({ leak: 'not leaked', lines: [] });
});

test('five digits of the hash leave the process, and nothing else of the password', async () => {
  const server = await startPwnedServer([PASSWORD]);
  await findAt(server.url);
  const [question, ...others] = server.asked;
  expect(others).toEqual([]);
  expect([question?.method, question?.url]).toEqual(['GET', `/range/${prefix}`]);
  expect(question?.headers).toMatchObject({ 'add-padding': 'true', 'user-agent': 'latchkey' });
  expect(server.heard()).toContain(prefix);
  for (let length = 6; length <= 40; length += 1) {
    expect(server.heard().toUpperCase()).not.toContain((prefix + rest).slice(0, length));
  }
  expect(server.heard().toUpperCase()).not.toContain(rest.slice(0, 6));
  expect(server.heard()).not.toContain(PASSWORD);
});

test('padding, which has the count 0, is not believed', async () => {
  expect(await findWith(saying(`${'0'.repeat(35)}:9\r\n${rest}:0`))).toMatchObject({ leak: 'not leaked', lines: [] });
});

test('lower case, bare line feeds and a line break at the end are read as well', async () => {
  expect(await findWith(saying(`${'0'.repeat(35)}:9\n${rest.toLowerCase()}:1\n`))).toMatchObject({ leak: 'leaked', lines: [] });
});

test('an answer that is compressed is read', async () => {
  const answer = await findWith((_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(`${rest}:1`)));
  expect(answer).toMatchObject({ leak: 'leaked', lines: [] });
});

test('switched off, it asks nobody', async () => {
  const server = await startPwnedServer([PASSWORD]);
  const { log, lines } = collectLog();
  expect(
    await new PwnedPasswords(testWorld({ config: { pwnedPasswords: { isOn: false, url: server.url, whenDown: 'refuse' } }, log })).find(
      PASSWORD,
    ),
  ).toBe('not leaked');
  expect([server.asked, lines]).toEqual([[], []]);
});

test.each([
  ['500', saying(`${rest}:1`, 500), 'status 500'],
  ['429', saying('', 429), 'status 429'],
  ['404', saying(`${rest}:1`, 404), 'status 404'],
  ['an empty answer', saying(''), 'an empty answer'],
  ['line breaks only', saying('\r\n\r\n'), 'an empty answer'],
  ['a page', saying('<html><body>Log in to the hotel</body></html>'), 'an answer of another form'],
  ['one line of garbage among good ones', saying(`${rest}:1\r\n${'0'.repeat(35)}:many`), 'an answer of another form'],
  ['hashes without counts', saying(rest), 'an answer of another form'],
  ['whole hashes', saying(`${prefix}${rest}:1`), 'an answer of another form'],
  ['more than 512 KB', saying(`${rest}:1\r\n`.repeat(20_000)), 'an answer that is too large'],
  ['100 MB in 100 KB', (_, response) => response.setHeader('content-encoding', 'gzip').end(bomb), 'an answer that is too large'],
  ['a cut connection', (_, response) => response.destroy(), 'no connection'],
  ['half an answer', (_, response) => response.write(`${rest}:1\r\n`, () => response.destroy()), 'no connection'],
] as [string, RequestListener, string][])('%s is no answer', async (_, answer, why) => {
  const found = await findWith(answer);
  expect({ leak: found.leak, why: found.why }).toEqual({ leak: 'not known', why });
});

test.each([301, 302, 303, 307, 308])('a redirection (%i) is not followed', async (status) => {
  const other = await startPwnedServer([PASSWORD]);
  const found = await findWith((_, response) => response.writeHead(status, { location: `${other.url}/range/${prefix}` }).end());
  expect({ leak: found.leak, why: found.why, asked: other.asked }).toEqual({ leak: 'not known', why: `status ${status}`, asked: [] });
});

test('a server that is not there, is silent, or drips does not hold anyone up', async () => {
  const gone = await findAt('http://127.0.0.1:1');
  expect({ leak: gone.leak, why: gone.why }).toEqual({ leak: 'not known', why: 'no connection' });
  const drip: RequestListener = (request, response) => {
    const timer = setInterval(() => response.write(`${rest}:1\r\n`), 50);
    request.on('close', () => clearInterval(timer));
  };
  const slow = await Promise.all([findWith(() => {}), findWith(drip)]);
  for (const { leak, why } of slow) expect({ leak, why }).toEqual({ leak: 'not known', why: 'no answer in time' });
});

test('a silent server is asked ten questions at once, and a crowd gets its answers all the same', async () => {
  const server = await startPwnedServer([], () => {});
  const { log, lines } = collectLog();
  const passwords = new PwnedPasswords(testWorld({ config: { pwnedPasswords: { isOn: true, url: server.url, whenDown: 'allow' } }, log }));
  const leaks = await Promise.all(Array.from({ length: 150 }, (_, at) => passwords.find(`${PASSWORD} ${at}`)));
  expect(new Set(leaks)).toEqual(new Set(['not known']));
  const count = (reason: string) => lines.filter(({ why }) => why === reason).length;
  expect([count('no answer in time'), count('too many questions at once')]).toEqual([110, 40]);
  expect(server.asked.length).toBe(10);
});

test('the log says why there was no answer, and nothing of the password', async () => {
  const texts = [
    await findWith(saying('', 500)),
    await findWith(saying(`${rest}:x`)),
    await findAt('http://127.0.0.1:1'),
    await findAt('http://no such host'),
  ].map(({ lines, text }) => ({ lines: lines.length, text }));
  for (const { lines, text } of texts) {
    expect(lines).toBe(1);
    expect(text).toContain('"newPasswords":"allow"');
    for (const secret of [PASSWORD, prefix, prefix.toLowerCase(), rest.slice(0, 6), rest.slice(0, 6).toLowerCase()]) {
      expect(text).not.toContain(secret);
    }
  }
});
