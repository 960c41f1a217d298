/**
 * Prints the tests that failed, and `N passed, N failed`, from the reports of the last run in CI: those of `npm test` and `npm run test:rest`, and those of
 * `npm run test:client`. Each of the first two that is missing is one failure.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../reports/', import.meta.url));
const files = new Set([
  'tests.json',
  'tests-rest.json',
  ...(existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : []),
]);
const counts = [...files].map((file) => count(readReport(file)));
for (const { name, message } of [...files].flatMap((file) => failuresOf(readReport(file)))) console.log(`FAILED ${name}\n  ${message}`);
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((outcome) => counts.reduce((sum, count) => sum + count[outcome], 0));
console.log([`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', '));
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function readReport(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch {
    return null;
  }
}

/** The last lines of a run are what people see of it first, so each failure has one line of its message there. */
function failuresOf(report) {
  return (report?.testResults ?? []).flatMap(({ name: file, message, assertionResults }) => {
    const path = relative(process.cwd(), file);
    const failed = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({ name: `${path}: ${fullName}`, message: firstLine(failureMessages[0]) }));
    return failed.length > 0 || message === '' ? failed : [{ name: path, message: firstLine(message) }];
  });
}

function firstLine(text = '') {
  return text.split('\n', 1)[0].slice(0, 300);
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
