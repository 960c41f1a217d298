/** Prints `N passed, N failed` from the report of the last `npm test` in CI (reports/tests.json). Without a report that is one failure. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { passed, failed, skipped } = count(readReport());
console.log([`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', '));
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function readReport() {
  try {
    return JSON.parse(readFileSync(fileURLToPath(new URL('../reports/tests.json', import.meta.url)), 'utf8'));
  } catch {
    return null;
  }
}

function count(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of report.testResults) {
    for (const { status: outcome } of assertionResults) counts[['passed', 'failed'].includes(outcome) ? outcome : 'skipped'] += 1;
    // A file that could not be loaded has no tests to count.
    if (status === 'failed' && !assertionResults.some(({ status: outcome }) => outcome === 'failed')) counts.failed += 1;
  }
  // An error outside any test fails the run as well.
  if (!report.success && counts.failed === 0) counts.failed = 1;
  return counts;
}
