/** The commands of `latchkey`, put together: each has a file of its own. */
import { Command } from 'commander';
import { addAudit } from './audit.js';
import { addBlacklistPrune } from './blacklist-prune.js';
import { addBlacklistStats } from './blacklist-stats.js';
import { addBlacklistUnmirror } from './blacklist-unmirror.js';
import { addDoctor } from './doctor.js';
import { EXIT_CODES } from './exit-codes.js';
import { addKeysList } from './keys-list.js';
import { addKeysRevoke } from './keys-revoke.js';
import { addKeysRotate } from './keys-rotate.js';
import { addMigrate } from './migrate.js';
import { addNodes } from './nodes.js';
import { addSchemaPrint } from './schema-print.js';
import { addServiceCreate } from './service-create.js';
import { addServiceList } from './service-list.js';
import { addServiceRevoke } from './service-revoke.js';
import { addSessionList } from './session-list.js';
import { addSessionRevoke } from './session-revoke.js';
import { addStart } from './start.js';
import { addUserCreate } from './user-create.js';
import { addUserDelete } from './user-delete.js';
import { addUserDisable } from './user-disable.js';
import { addUserEnable } from './user-enable.js';
import { addUserList } from './user-list.js';
import { addUserRequirePasswordReset } from './user-require-password-reset.js';
import { addUserResetPassword } from './user-reset-password.js';
import { addUserSetRoles } from './user-set-roles.js';
import { addUserShow } from './user-show.js';

/** Runs the command that the arguments of this process name. */
export async function runCommand(): Promise<void> {
  const program = new Command('latchkey')
    .description('A self-hosted GraphQL login server whose logout is real. Settings come from the environment; see docs/settings.md.')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(use --help for details)')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 the data or the server could not be reached.')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage));

  addStart(program);
  addMigrate(program);
  const user = program.command('user').description('users');
  addUserCreate(user);
  addUserList(user);
  addUserShow(user);
  addUserDisable(user);
  addUserEnable(user);
  addUserSetRoles(user);
  addUserResetPassword(user);
  addUserRequirePasswordReset(user);
  addUserDelete(user);
  const session = program.command('session').description('sessions');
  addSessionList(session);
  addSessionRevoke(session);
  const service = program.command('service').description('credentials of other services');
  addServiceCreate(service);
  addServiceList(service);
  addServiceRevoke(service);
  const keys = program.command('keys').description('signing keys');
  addKeysList(keys);
  addKeysRotate(keys);
  addKeysRevoke(keys);
  const blacklist = program.command('blacklist').description('the blacklist');
  addBlacklistStats(blacklist);
  addBlacklistPrune(blacklist);
  addBlacklistUnmirror(blacklist);
  addNodes(program);
  addAudit(program);
  addSchemaPrint(program.command('schema').description('the GraphQL schema'));
  addDoctor(program);

  // Only the user of the command may access the files that it creates.
  process.umask(0o077);
  await program.parseAsync();
}
