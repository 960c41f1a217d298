/** Shared by the scripts about pages: starts a server and a browser, and prints sizes and load times. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { createApp, readConfig } from '../dist/app.js';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** Starts both, calls `use`, and stops both. */
export async function withPages(settings, use) {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-'));
  const app = await createApp({ config: readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...settings }) });
  const address = await app.listen();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync),
    args: ['--no-sandbox'],
  });
  try {
    await use({ app, address, browser });
  } finally {
    await browser.close();
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Prints the size of each script and stylesheet of a folder, and their sum. */
export function printSizes(folder) {
  const assets = join(root, 'dist/web', folder, 'assets');
  const sizes = readdirSync(assets)
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => {
      const file = readFileSync(join(assets, name));
      return { name, plain: file.length, gzip: gzipSync(file).length, brotli: readFileSync(join(assets, `${name}.br`)).length };
    });
  const sum = (key) => sizes.reduce((total, size) => total + size[key], 0);
  for (const { name, plain, gzip, brotli } of [...sizes, { name: 'all', plain: sum('plain'), gzip: sum('gzip'), brotli: sum('brotli') }]) {
    console.log(`${name}: ${plain} bytes, gzip ${gzip}, brotli ${brotli}`);
  }
}

const LOADS = 5;

/** Prints the time until the page is usable, with an empty cache. `isUsable` waits until it is. */
export async function printLoads(browser, url, isUsable) {
  const times = [];
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    await isUsable(page);
    times.push(Math.round(await page.evaluate('performance.now()')));
    await context.close();
  }
  times.sort((one, other) => one - other);
  console.log(`${url} is usable after ${times.join(', ')} ms, with an empty cache`);
}
