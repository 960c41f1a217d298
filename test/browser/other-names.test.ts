/** The console under a name that its server does not know, and over plain http: it says what is wrong. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../support/browser/chromium.js';
import { fillIn, openTab, startConsole, untilLoggedOut } from '../support/browser/console.js';

const LAN = 'nas.lan';

/** A proxy as NGINX is with `proxy_pass` alone: the server gets its own address as `Host`. */
async function openProxy(target: string): Promise<string> {
  const { port, host } = new URL(target);
  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    const headers = { ...incoming.headers, host };
    const passed = request({ host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  };
  const proxy = createServer(pass);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('a console whose name the server does not know says so, and what the operator can set', async () => {
  const app = await startConsole();
  const address = await openProxy(app.address);
  const { page } = await openTab(await app.openBrowser({ baseURL: address }));
  await page.getByRole('alert').getByText(`The server does not know ${address} as its own address`).waitFor();
  await page.getByText('It is not known yet whether you are logged in.').waitFor();
  expect(await page.getByText('Loading…').count()).toBe(0);
  expect(await page.getByText('cannot be reached').count()).toBe(0);
});

test('a console over plain http tells the user that a reload logs out, and the log tells the operator [R30]', async () => {
  const { log, lines } = collectLog();
  const app = await startConsole({ log });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...CHROMIUM_ARGUMENTS, `--host-resolver-rules=MAP ${LAN} 127.0.0.1`],
  });
  onTestFinished(() => browser.close());
  const { page } = await openTab(await browser.newContext({ baseURL: app.address.replace('127.0.0.1', LAN) }));
  await page.getByRole('alert').getByText('This page came over plain http.').waitFor();
  await fillIn(page);
  await page.getByText('This session').waitFor();
  await page.reload();
  await untilLoggedOut(page);
  expect(lines.filter(({ msg }) => String(msg).includes('browsers drop its cookie'))).toHaveLength(1);
});
