/** Opens the rooms in order. A room is one feature; it gets the parts of the rooms that opened before it. */
import 'reflect-metadata';
import type { Database } from './database/database.js';
import { openAccounts } from './features/accounts/room.js';
import { openAdministration } from './features/administration/room.js';
import { openAudit } from './features/audit/room.js';
import { openEndings } from './features/endings/room.js';
import { openLimits } from './features/limits/room.js';
import { openMail } from './features/mail/room.js';
import { openOperations } from './features/operations/room.js';
import type { PasswordCost } from './features/passwords/passwords.js';
import { openPasswords } from './features/passwords/room.js';
import { openServices } from './features/services/room.js';
import { openSessions } from './features/sessions/room.js';
import { openTokens } from './features/tokens/room.js';
import { openUsers } from './features/users/room.js';
import { command, NOTHING } from './lib/command.js';
import { done } from './lib/errors.js';
import type { OpenedRevocation } from './revocation/open.js';
import type { World } from './world.js';

/** The parts that every room gets: database, revocation and password cost. */
export interface Ground extends OpenedRevocation {
  readonly database: Database;
  readonly passwordCost: PasswordCost;
}

export type Rooms = Awaited<ReturnType<typeof openRooms>>;
/** Every command of the command line. */
export type Commands = Rooms['commands'];

/** Connects the parts. It reads and writes no data yet. */
export async function openRooms(world: World, ground: Ground) {
  const audit = openAudit(world, ground);
  const limits = openLimits(world, ground);
  const passwords = openPasswords(world, ground);
  const lowest = { ...ground, ...audit.parts, ...limits.parts, ...passwords.parts };
  const users = openUsers(world, lowest);
  const endings = openEndings(world, lowest);
  const mail = await openMail(world, lowest);
  const middle = { ...lowest, ...users.parts, ...endings.parts, ...mail.parts };
  const tokens = openTokens(world, middle);
  const operations = openOperations(world, { ...middle, ...tokens.parts });
  const sessions = openSessions(world, { ...middle, ...tokens.parts });
  const upper = { ...middle, ...tokens.parts, ...sessions.parts };
  const accounts = openAccounts(world, upper);
  const administration = openAdministration(world, { ...upper, ...accounts.parts });
  const services = openServices(world, upper);
  const rooms = [audit, limits, passwords, users, endings, mail, tokens, operations, sessions, accounts, administration, services];

  /** Removes expired data. Sessions come first, because ending a session writes to the blacklist. */
  const prune = command(NOTHING, async () => {
    const ended = await sessions.prune();
    await limits.prune();
    return done({ ...(await tokens.prune()), ...ended, ...(await audit.prune()), ...(await mail.prune()) });
  });
  return {
    parts: { ...upper, ...accounts.parts, ...services.parts },
    resolvers: rooms.flatMap((room): readonly object[] => room.resolvers),
    commands: { ...tokens.commands, ...sessions.commands, ...operations.commands, ...administration.commands, ...services.commands, prune },
  };
}
