/** The accessibility faults that axe-core finds in a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** @param part a CSS selector of the part to examine; the default is the whole page */
export async function findViolations(page: Page, part = ':root'): Promise<string[]> {
  await page.evaluate(axe);
  // Let animations end first: halfway between two colours the contrast may be too low for a tenth of a second.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  const violations = await page.evaluate<Violation[]>(`axe.run(${JSON.stringify(part)}).then(({ violations }) => violations)`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
