/** A proxy in front of a server that is not configured for one. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startApp } from '../support/app/start-app.js';

const FORWARDED = { 'x-forwarded-for': '203.0.113.9' };

async function warningsAfter(headers: Record<string, string>, settings: Record<string, string>): Promise<string[]> {
  const { log, lines, text } = collectLog();
  const { app } = await startApp({ log, settings });
  for (const path of ['/livez', '/readyz']) await app.server.inject({ url: path, headers });
  expect(text()).not.toContain(FORWARDED['x-forwarded-for']);
  return lines.map(({ msg }) => String(msg)).filter((message) => message.includes('TRUST_PROXY'));
}

test('is warned of once, without repeating what was sent', async () => {
  expect(await warningsAfter(FORWARDED, {})).toEqual([expect.stringContaining('TRUST_PROXY is off')]);
});

test('is warned of by Forwarded (RFC 7239) too', async () => {
  expect(await warningsAfter({ forwarded: 'for=203.0.113.9' }, {})).toEqual([expect.stringContaining('TRUST_PROXY is off')]);
});

test('is not suspected where no request was forwarded, nor where the server was told', async () => {
  expect(await warningsAfter({}, {})).toEqual([]);
  expect(await warningsAfter(FORWARDED, { TRUST_PROXY: '1' })).toEqual([]);
});
