/** The origin of a guess: headers that anybody can send change nothing, a trusted proxy is believed, an IPv6 network is one address. */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { guess, guessOften, LIMITED, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';

const ATTACKER = '198.51.100.1';
const PROXY = '192.0.2.10';
const forgedAddress = (index: number) => `203.0.113.${index}`;

test.each([
  ['X-Forwarded-For', (address: string) => ({ 'x-forwarded-for': address })],
  ['a list in X-Forwarded-For', (address: string) => ({ 'x-forwarded-for': `${address}, ${address}` })],
  ['Forwarded', (address: string) => ({ forwarded: `for=${address};by=${address};host=example.com` })],
  ['X-Real-IP', (address: string) => ({ 'x-real-ip': address })],
  ['X-Client-IP', (address: string) => ({ 'x-client-ip': address })],
  ['True-Client-IP', (address: string) => ({ 'true-client-ip': address })],
  ['CF-Connecting-IP', (address: string) => ({ 'cf-connecting-ip': address })],
  ['X-Forwarded-Host', (address: string) => ({ 'x-forwarded-host': address, 'x-original-host': address })],
])('by default another %s for each guess changes nothing', async (_, headersFor) => {
  const app = await startApp();
  await app.register();
  const counts = await guessOften(app, 15, (index) => ({ from: ATTACKER, headers: headersFor(forgedAddress(index)) }));
  expect(counts).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
});

test.each([
  ['1', 'one proxy', (client: string) => client],
  ['2', 'two proxies', (client: string) => `${client}, 192.0.2.11`],
  [`${PROXY},192.0.2.11`, 'proxies by their addresses', (client: string) => `${client}, 192.0.2.11`],
])('TRUST_PROXY=%s, behind %s: what a client has forged does not count, what the proxy wrote does', async (proxies, _, writtenFor) => {
  const app = await startApp({ settings: { TRUST_PROXY: proxies } });
  await app.register();
  const through = (client: string, forged: string) => ({
    from: PROXY,
    headers: { 'x-forwarded-for': `${forged}, ${writtenFor(client)}`, forwarded: `for=${forged}`, 'x-real-ip': forged },
  });
  const forging = await guessOften(app, 15, (index) => through(ATTACKER, forgedAddress(index)));
  expect(forging).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
  // Another client of the same proxy has its own budget, even if the attacker's address appears where a client can write it.
  expect(await guess(app, through('198.51.100.2', ATTACKER))).toBe(WRONG);
});

test('TRUST_PROXY with addresses: who goes round the proxy is counted under the address of the socket', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: PROXY } });
  await app.register();
  const counts = await guessOften(app, 15, (index) => ({ from: ATTACKER, headers: { 'x-forwarded-for': forgedAddress(index) } }));
  expect(counts).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
});

test('what is no address counts under one and the same word', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: 'on' } });
  await app.register();
  const counts = await guessOften(app, 15, (index) => ({ headers: { 'x-forwarded-for': `nonsense-${index}` } }));
  expect(counts).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
});

test('a network of 64 bits is one address, its neighbour is another', async () => {
  const app = await startApp();
  await app.register();
  const within = (index: number) => `2001:db8:0:1:${(index * 4_369).toString(16)}:${index}::${index + 1}`;
  expect(await guessOften(app, 15, (index) => ({ from: within(index) }))).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
  expect(await logInFrom(app, '2001:DB8::1:ffff:ffff:ffff:ffff')).toBe(LIMITED);
  expect(await logInFrom(app, '2001:db8:0:2::1')).toBe(RIGHT);
});

test('an IPv4 address is one and the same, however it is written', async () => {
  const app = await startApp();
  await app.register();
  const spellings = [ATTACKER, `::ffff:${ATTACKER}`, '::ffff:c633:6401', '0:0:0:0:0:FFFF:198.51.100.1'];
  expect(await guessOften(app, 15, (index) => ({ from: spellings[index % 4] ?? '' }))).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
  expect(await logInFrom(app, '::ffff:198.51.100.2')).toBe(RIGHT);
});
