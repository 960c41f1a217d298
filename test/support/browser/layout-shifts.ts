/**
 * Measures how far a page jumps while it loads: Chromium's layout shifts (Layout Instability, https://wicg.github.io/layout-instability/).
 */
import type { BrowserContext, Page } from 'playwright-core';

const OBSERVE = `
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) window.shifts.push(value.toFixed(4) + ' ' + sources.map(({ node, previousRect: from, currentRect: to }) =>
        (node?.outerHTML ?? node?.textContent ?? '?').slice(0, 60) + ' ' + [from.x, from.y, to.x, to.y].join()).join(' | '));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Delivers each answer only after the page has been painted without it, as on a slow connection, however fast this machine is. */
export async function watchShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(OBSERVE);
  await context.route('**/graphql', async (route, request) => {
    const answer = await route.fetch();
    await untilPainted(request.frame().page());
    await route.fulfill({ response: answer });
  });
}

/** The elements that moved without user input, and how far each one moved. */
export async function readShifts(page: Page): Promise<string[]> {
  await untilPainted(page);
  return page.evaluate<string[]>('window.shifts');
}

function untilPainted(page: Page): Promise<void> {
  return page.evaluate<void>('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))');
}
