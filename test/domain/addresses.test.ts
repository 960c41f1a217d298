/** Settings that are addresses: what they accept, and what a fault tells the operator to write instead. */

import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { parseUrl } from '../../src/lib/parse-url.js';
import { makeFolder } from '../support/app/start-app.js';

const read = (given: Record<string, string>) => readConfig({ DATA_DIR: makeFolder(), ...given });

test.each([
  ['https://login.example.com/account/', 'https://login.example.com/account'],
  ['https://login.example.com:443', 'https://login.example.com'],
  ['http://login.example.com:80/a/', 'http://login.example.com/a'],
  ['HTTPS://Login.Example.com/Account', 'https://login.example.com/Account'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['https://login.example.com/x/../account', 'https://login.example.com/account'],
])('APP_URL=%s is kept as a browser writes it', (given, kept) => {
  expect(read({ APP_URL: given }).appUrl).toBe(kept);
});

test.each([
  'login.example.com',
  'https:login.example.com',
  'https:///login.example.com',
  'https:\\\\login.example.com',
  'http://0.0.0.0:4000/account',
  'http://[::]:4000',
  'https://*.example.com',
  'https://login.example.com?x',
  'https://user@login.example.com',
  'ftp://login.example.com',
])('APP_URL=%s is refused at the start', (given) => {
  expect(() => read({ APP_URL: given })).toThrow(/APP_URL: found .*, expected an address like https:\/\/app\.example\.com\/login/s);
});

test.each([
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'http://tauri.localhost',
  'app://com.example.app',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://0f0e0d0c-0b0a-4909-8807-060504030201',
  'https://app.example.com:8443',
])('CORS_ORIGINS accepts %s, as browsers and apps send it', (origin) => {
  expect(read({ CORS_ORIGINS: `https://a.example.com, ${origin}` }).corsOrigins).toEqual(['https://a.example.com', origin]);
});

test.each([
  'https://*.example.com',
  'capacitor://*',
  '*',
  'null',
  'https://app.example.com/',
  'https://app.example.com:443',
  'https://App.example.com',
  'https://app.example.com/path',
  'capacitor://localhost/',
  'Capacitor://localhost',
  'capacitor:localhost',
  'file:///app',
  'wss://app.example.com',
  'javascript://app',
])('CORS_ORIGINS=%s would never match and is refused at the start, with what to write', (given) => {
  const fault = () => read({ CORS_ORIGINS: given });
  expect(fault).toThrow(ConfigError);
  expect(fault).toThrow(/exactly as browsers send them.*"\*" is no pattern/s);
});

test.each(['999.1.1.1', '10.0.0.0/33', '::1/129', 'fe80::1%eth0', '10.0.0', '10.0.0.1,', 'proxy.internal', '0', '10.0.0.1/'])(
  'TRUST_PROXY=%s is refused at the start',
  (given) => {
    expect(() => read({ TRUST_PROXY: given })).toThrow(/TRUST_PROXY/);
  },
);

test('a URL with letters outside ASCII is read rightly however often one was read before', () => {
  // Node 20 answers `URL.canParse` wrongly once the engine has optimized the call.
  for (let count = 0; count < 50_000; count += 1)
    if (parseUrl(`https://bücher.example/${count % 7}`) === null) expect.fail(`no URL at the ${count}th time`);
});
