/** `latchkey doctor` */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, findSecretFile, readConfig } from '../config/config.js';
import { isOpenToOthers } from '../config/open-files.js';
import type { Finding } from '../features/operations/finding.js';
import { done } from '../lib/errors.js';
import { administer } from './administer.js';
import { EXIT_CODES } from './exit-codes.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

/** Wider than the longest name of a check. */
const COLUMN = 15;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check configuration, database, blacklist, keys and clock, and say what to do')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) => report(options, examineAll, (findings) => findings.flatMap(toLines)));
}

async function examineAll() {
  const config = readConfig();
  const { outcome, through } = await administer('examine', undefined);
  if (outcome.kind === 'failed') return outcome;
  const server = {
    check: 'server',
    isRight: true,
    found: through === 'server' ? 'it runs and answered this command' : 'it does not run; this command opened the data itself',
    advice: '',
  };
  const findings = [...examineFiles(config), server, ...outcome.result];
  if (findings.some((finding) => !finding.isRight)) process.exitCode = EXIT_CODES.failed;
  return done(findings);
}

/** Checks only the file permissions, because `readConfig` has refused wrong settings before this. */
function examineFiles(config: Config): Finding[] {
  const { dataDir, revocationCheck, signingAlgorithm } = config;
  const own = [dataDir, join(dataDir, 'secret')];
  const secret = findSecretFile(config);
  const given = secret === null || own.includes(secret) || !isOpenToOthers(secret) ? [] : [secret];
  const open = [...own.filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0), ...given];
  const advice = open.length === 0 ? '' : `chmod go-rwx ${open.join(' ')}`;
  return [
    { check: 'configuration', isRight: true, found: `REVOCATION_CHECK=${revocationCheck}, SIGNING_ALG=${signingAlgorithm}`, advice: '' },
    {
      check: 'files',
      isRight: open.length === 0,
      found: open.length === 0 ? `only the owner can read ${dataDir}` : `others can read ${open.join(', ')}`,
      advice,
    },
  ];
}

function toLines({ check, isRight, found, advice }: Finding): string[] {
  const line = `${isRight ? 'ok   ' : 'WRONG'}  ${check.padEnd(COLUMN)}${found}`;
  return advice === '' ? [line] : [line, `       ${' '.repeat(COLUMN)}${advice}`];
}
