/** A fault that the operator can fix is printed as its message; any other error is printed with its stack. */
import { expect, test } from 'vitest';
import { ServerFailed } from '../../src/cli/administer.js';
import { ConfigError } from '../../src/config/config-error.js';
import { WrongDatabase } from '../../src/database/engine.js';
import { DatabaseUnusable } from '../../src/database/failures.js';
import { DataDirLocked, LockFailed } from '../../src/database/file-lock.js';
import { ForeignDatabase } from '../../src/database/migrations.js';
import { WrongSecret } from '../../src/features/tokens/signing-key-rows.js';
import { describeFault } from '../../src/lib/describe-fault.js';
import { LatchkeyError } from '../../src/lib/errors.js';
import { OperatorFault } from '../../src/lib/operator-fault.js';
import { UnfitRedis } from '../../src/revocation/redis/unfit-redis.js';

const cause = new Error('disk full');

test.each([
  [
    new ConfigError([{ setting: 'PORT', found: '"x"', expected: 'a number' }]),
    'The configuration is wrong:\n  PORT: found "x", expected a number',
  ],
  [new DataDirLocked('./data', 'another'), './data is in use by another. One process at a time owns it: stop that one first, or'],
  [new LockFailed('./lock', cause), "The lock ./lock can't be opened. If it is not a lock of Latchkey, move it away; else"],
  [ForeignDatabase.withMigrations(['2999_future']), 'this version does not know (2999_future). Run the version of Latchkey that made them'],
  [ForeignDatabase.withTables(['orders']), 'it has the tables orders. Give Latchkey an empty one.'],
  [new WrongDatabase('It takes no writes.'), 'It takes no writes.'],
  [new WrongSecret(), 'were encrypted with. Give the old one back; without it every token must be issued anew.'],
  [new DatabaseUnusable('The database file is gone', { cause }), 'The database file is gone\nCause: disk full'],
  [new UnfitRedis('Redis is a slave:', { advice: 'name the master' }), 'Redis is a slave: name the master'],
  [new ServerFailed('COMMAND_FAILED', 'no'), 'no'],
])('%s is printed without its stack, and says what to do', (fault, told) => {
  expect(fault).toBeInstanceOf(OperatorFault);
  expect(fault.message.endsWith(fault.advice)).toBe(true);
  expect(describeFault(fault)).toContain(told);
  expect(describeFault(fault)).not.toMatch(/\n\s+at /);
});

test('so are what a command is refused with, and a fault of the system', () => {
  expect(describeFault(LatchkeyError.unavailable(cause))).toBe(
    'The login server cannot answer this right now. Try again in a moment.\nCause: disk full',
  );
  expect(describeFault(Object.assign(new Error('listen EADDRINUSE'), { syscall: 'listen' }))).toBe('listen EADDRINUSE');
});

test('a mistake of ours is printed with its stack', () => {
  expect(describeFault(new TypeError('x is undefined'))).toMatch(/^TypeError: x is undefined\n\s+at /);
  expect(describeFault('a text')).toBe('a text');
});

test('the log prints what to do once, in the message', () => {
  expect(Object.keys(new UnfitRedis('a', { advice: 'b' }))).not.toContain('advice');
});
