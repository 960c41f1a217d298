/** Measures the login page of the console: file sizes, and Lighthouse-style times of real loads with an empty cache, as a table. */
import { printSizes, withPages } from './pages.js';

const LOADS = 9;
/** The second is the phone of Lighthouse: a processor four times slower, 1.6 Mbit/s, 150 ms round trip. */
const MACHINES = [
  { name: 'this machine', cpu: 1, viewport: { width: 1200, height: 800 } },
  {
    name: 'a slow phone',
    cpu: 4,
    viewport: { width: 390, height: 844 },
    network: { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 },
  },
];
const OBSERVE = `
  window.figures = { 'first contentful paint': 0, 'largest contentful paint': 0, 'form can be used': 0, 'main thread blocked': 0, 'layout shift': 0 };
  const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  observe('paint', ({ name, startTime }) => { if (name === 'first-contentful-paint') figures['first contentful paint'] = startTime; });
  observe('largest-contentful-paint', ({ startTime }) => { figures['largest contentful paint'] = startTime; });
  observe('longtask', ({ duration }) => { figures['main thread blocked'] += duration - 50; });
  observe('layout-shift', ({ value, hadRecentInput }) => { if (!hadRecentInput) figures['layout shift'] += value; });
  window.usable = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('input[autocomplete="username"]')) return;
      observer.disconnect();
      // The form can be used once it is painted and the main thread is free, so that a key press gets an answer.
      requestAnimationFrame(() => setTimeout(() => resolve(figures['form can be used'] = performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });
`;

printSizes('console');
await withPages({}, async ({ address, browser }) => {
  const columns = [];
  for (const machine of MACHINES) columns.push(await measure(browser, `${address}/account`, machine));
  printTable(columns);
});

async function measure(browser, url, { cpu, network, viewport }) {
  const loads = [];
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu });
    if (network) {
      await devtools.send('Network.enable');
      await devtools.send('Network.emulateNetworkConditions', network);
    }
    await page.addInitScript(OBSERVE);
    await page.goto(url, { waitUntil: 'networkidle' });
    loads.push(await page.evaluate(`usable.then(() => figures)`));
    await context.close();
  }
  return loads;
}

function printTable(columns) {
  console.log(`\n| median of ${LOADS} loads (least to most) | ${MACHINES.map(({ name }) => name).join(' | ')} |\n|---|---|---|`);
  for (const name of Object.keys(columns[0][0])) {
    const cells = columns.map((loads) =>
      say(
        name,
        loads.map((load) => load[name]).sort((one, other) => one - other),
      ),
    );
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function say(name, values) {
  const write = (value) => (name === 'layout shift' ? String(Number(value.toFixed(4))) : `${Math.round(value)} ms`);
  const [least, middle, most] = [values[0], values[Math.floor(values.length / 2)], values.at(-1)].map(write);
  return least === most ? middle : `${middle} (${least} to ${most})`;
}
