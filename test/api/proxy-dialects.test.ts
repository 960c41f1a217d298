/** The address of the client in every form in which proxies write it, and what happens if a proxy writes something else. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { guess, guessOften, LIMITED, RIGHT, WRONG } from '../support/passwords/guessing.js';

const PROXY = '192.0.2.10';
const CLIENT = '203.0.113.7';
const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { session { ipAddress } userErrors { code } } }';

let users = 0;

/** The address that a session of this client records. */
async function addressOf(app: TestApp, headers: Record<string, string>, from = PROXY): Promise<string | null> {
  users += 1;
  const { data } = await app.send(REGISTER, {
    variables: { input: { email: `user${users}@example.com`, password: PASSWORD } },
    from,
    headers,
  });
  return data.register.session.ipAddress;
}

const DIALECTS: readonly [string, string, string][] = [
  ['with a port (Azure)', '203.0.113.7:51234', CLIENT],
  ['quoted', '"203.0.113.7"', CLIENT],
  ['quoted with a port', '"203.0.113.7:443"', CLIENT],
  ['with blanks around it', '  203.0.113.7\t', CLIENT],
  ['after an empty element', ', 203.0.113.7', CLIENT],
  ['before an empty element', '203.0.113.7,', CLIENT],
  ['as IPv6', '::ffff:203.0.113.7', CLIENT],
  ['as IPv6 in hexadecimal digits', '0:0:0:0:0:FFFF:cb00:7107', CLIENT],
  ['as IPv6 with a port', '[::ffff:203.0.113.7]:443', CLIENT],
  ['IPv6', '2001:db8::7', '2001:db8::7'],
  ['IPv6 in brackets', '[2001:db8::7]', '2001:db8::7'],
  ['IPv6 with a port', '[2001:db8::7]:443', '2001:db8::7'],
  ['IPv6 with a port, quoted', '"[2001:db8::7]:443"', '2001:db8::7'],
  ['IPv6 in a long form and capitals', '2001:0DB8:0:0:0:0:0:7', '2001:db8::7'],
  ['IPv6 with a zone', 'fe80::7%eth0', 'fe80::7'],
];

test.each(DIALECTS)('X-Forwarded-For: an address %s is the address of the client', async (_, written, address) => {
  const app = await startApp({ settings: { TRUST_PROXY: '1' } });
  expect(await addressOf(app, { 'x-forwarded-for': written })).toBe(address);
  expect(await addressOf(app, { 'x-forwarded-for': `198.51.100.1:1, ${written}` })).toBe(address);
});

test.each([
  ['for=203.0.113.7', CLIENT],
  ['For="203.0.113.7:51234"; Proto=https;by=192.0.2.10', CLIENT],
  ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
  ['for="_made, up;for=198.51.100.1", for=203.0.113.7;host="a,b;c"', CLIENT],
  ['for=198.51.100.1,for="203.0.113.7:_obfuscated"', CLIENT],
])('Forwarded: %s is read as RFC 7239 has it', async (forwarded, address) => {
  const app = await startApp({ settings: { TRUST_PROXY: '1' } });
  expect(await addressOf(app, { forwarded })).toBe(address);
});

test('X-Forwarded-For wins over a Forwarded that a client may have sent past the proxy', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '1' } });
  expect(await addressOf(app, { 'x-forwarded-for': CLIENT, forwarded: 'for=198.51.100.1' })).toBe(CLIENT);
});

test('proxies given by address are recognized in every form, and only the nearest stranger is believed', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '192.0.2.0/24, 2001:db8:1::/48, ::ffff:198.18.0.0/112' } });
  const chain = `198.51.100.1, ${CLIENT}:1234, 192.0.2.77:80, [2001:db8:1::5]:443, 198.18.0.9`;
  expect(await addressOf(app, { 'x-forwarded-for': chain }, '::ffff:192.0.2.10')).toBe(CLIENT);
  expect(await addressOf(app, { 'x-forwarded-for': chain }, '198.51.100.99')).toBe('198.51.100.99');
});

test('a chain of thousands of proxies is cut', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '192.0.2.0/24' } });
  const chain = Array.from({ length: 1_000 }, () => PROXY).join(',');
  expect(await addressOf(app, { 'x-forwarded-for': `${CLIENT},${chain}` })).toBe(PROXY);
});

test('a socket that listens on both protocols has IPv4 clients under their IPv4 address', async () => {
  const app = await startApp();
  expect(await addressOf(app, {}, '::ffff:127.0.0.1')).toBe('127.0.0.1');
});

test.each(['unknown', '_hidden', 'client=203.0.113.7', 'unix:', '203.0.113.7.8', '203.0.113.7:port', '[203.0.113.7', '-'])(
  'a proxy that writes %s lets nobody lock out the others',
  async (written) => {
    const { log, lines } = collectLog();
    const app = await startApp({ log, settings: { TRUST_PROXY: '1', ADDRESS_ATTEMPTS: '4' } });
    const headers = { 'x-forwarded-for': written };
    await app.register();
    for (let index = 0; index < 6; index += 1)
      expect(await guess(app, { email: `u${index}@example.com`, headers, from: PROXY })).toBe(WRONG);
    expect(await guess(app, { email: EMAIL, password: PASSWORD, headers, from: PROXY })).toBe(RIGHT);
    expect(await addressOf(app, headers)).toBeNull();
    // The guesses at one user still have an end.
    expect(await guessOften(app, 12, () => ({ email: 'u1@example.com', headers, from: PROXY }))).toEqual({ [WRONG]: 9, [LIMITED]: 3 });
    const warnings = lines.filter(({ msg }) => String(msg).includes('no readable address'));
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).not.toMatch(/203\.|hidden|client=/);
  },
);

test('clients of a dialect with ports have budgets of their own', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '1', ADDRESS_ATTEMPTS: '5' } });
  await app.register();
  const through = (address: string, port: number) => ({ headers: { 'x-forwarded-for': `${address}:${port}` }, from: PROXY });
  const spraying = await guessOften(app, 8, (index) => ({ email: `u${index}@example.com`, ...through('198.51.100.1', 50_000 + index) }));
  expect(spraying).toEqual({ [WRONG]: 5, [LIMITED]: 3 });
  expect(await guess(app, { password: PASSWORD, ...through(CLIENT, 50_000) })).toBe(RIGHT);
});
