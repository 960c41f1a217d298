/** A command with wrong arguments prints its usage and exits with 2, without looking for the data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { latchkey } from '../support/process/cli.js';

const LONG = 'x'.repeat(501);
const SECRET = 'secret passphrase';

test.each<[what: string, args: string[], says: RegExp]>([
  ['no session', ['session', 'revoke'], /Name one session, or use --user, or --all\./],
  ['a session and a user', ['session', 'revoke', 'x', '--user', EMAIL], /Name one session, or use --user, or --all\./],
  ['a user and everybody', ['session', 'revoke', '--user', EMAIL, '--all'], /Name one session, or use --user, or --all\./],
  ['a reason for one session', ['session', 'revoke', 'x', '--reason', 'y'], /Use --reason with --user or --all\./],
  ['access tokens of everybody', ['session', 'revoke', '--all', '--access-tokens-only'], /Use --access-tokens-only with one session\./],
  ['no user', ['user', 'enable'], /missing required argument 'user'/],
  ['no user to set roles of', ['user', 'set-roles'], /missing required argument 'user'/],
  ['no key', ['keys', 'revoke'], /missing required argument 'kid'/],
  ['a long reason', ['user', 'enable', EMAIL, '--reason', LONG], /It has more than 500 characters\./],
  ['a long search', ['user', 'list', '--search', LONG], /It has more than 254 characters\./],
  ['a limit of 0', ['user', 'list', '--limit', '0'], /It is not a number from 1 to 1000\./],
  ['a limit that is too high', ['audit', '--limit', '1001'], /It is not a number from 1 to 1000\./],
  ['a limit with an exponent', ['audit', '--limit', '1e2'], /It is not a number from 1 to 1000\./],
  ['no age', ['audit', '--since', '0s'], /It is neither an age .* nor an instant/],
  ['a day that is none', ['audit', '--since', '2026-02-31'], /It is neither an age .* nor an instant/],
  ['an instant without a zone', ['audit', '--since', '2026-02-01T10:00'], /It is neither an age .* nor an instant/],
  ['a password as an argument', ['user', 'reset-password', EMAIL, SECRET], /too many arguments/],
  ['a password as an option', ['user', 'reset-password', EMAIL, '--password', SECRET], /unknown option '--password'/],
])('%s', async (_, args, says) => {
  const dataDir = join(makeFolder(), 'none');
  const { code, stdout, stderr } = await latchkey(args, { dataDir });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/--help/);
  expect(stderr).not.toContain(SECRET);
  expect(existsSync(dataDir)).toBe(false);
});
