/** Opens the data and the rooms over it: everything except GraphQL and HTTP, which a command without a server does not need. */
import type { Config } from './config/config.js';
import { databaseCodeOf } from './database/failures.js';
import { lockData } from './database/file-lock.js';
import { openMigrated } from './database/open-migrated.js';
import { setupFault } from './database/setup-faults.js';
import { withStartLock } from './database/start-lock.js';
import { DEFAULT_PASSWORD_COST, type PasswordCost } from './features/passwords/passwords.js';
import { Teardown } from './lib/teardown.js';
import type { Confirmation } from './revocation/coordinator.js';
import { openRevocation } from './revocation/open.js';
import { openRooms, type Rooms } from './rooms.js';
import { createWorld, type World } from './world.js';

/** The configuration, and the parts of the world that a test replaces. */
export interface DataOptions extends Partial<World> {
  readonly config: Config;
  readonly passwordCost?: PasswordCost;
  /** Called with each revocation that is in force on every node. */
  readonly onConfirmed?: (confirmation: Confirmation) => void;
}

export type OpenedData = Awaited<ReturnType<typeof openData>>;

/**
 * Takes the lock, migrates, and loads the blacklist and the signing keys.
 *
 * @param holder names this process to another process that finds DATA_DIR locked
 * @throws DataDirLocked if another process owns DATA_DIR or the database
 * @throws WrongSecret if LATCHKEY_SECRET does not open the signing keys
 * @throws ForeignDatabase if the database is of a newer version
 */
export async function openData(options: DataOptions, holder: string) {
  const { config } = options;
  const teardown = new Teardown();
  const lock = lockData(config.dataDir, config.databaseUrl, holder);
  teardown.add(() => lock.release());
  try {
    return await withStartLock(config.databaseUrl, () => openLocked(options, teardown));
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function openLocked(
  { passwordCost = DEFAULT_PASSWORD_COST, onConfirmed = () => undefined, ...held }: DataOptions,
  teardown: Teardown,
) {
  const world = createWorld(held);
  const database = await openMigrated(world.config);
  teardown.add(() => database.close());
  // A message of another node may arrive before the rooms are open.
  let rooms: Rooms | undefined;
  const onPayload = (payload: string) => rooms?.parts.auditBell?.hear(payload);
  const revocation = await openRevocation(world, { database, onConfirmed, onPayload }, teardown);
  const ground = { ...revocation, database, passwordCost };
  rooms = await openRooms(world, ground);
  await load(revocation.revocations, rooms.parts.keys, revocation.members);
  await revocation.mirror?.start();
  return { ...rooms, ...ground, world, close: () => teardown.run() };
}

/** @throws DatabaseUnusable if the tables are not those of the migrations, or the role has no right to read them */
async function load(...parts: readonly { load(): Promise<void> }[]): Promise<void> {
  try {
    await Promise.all(parts.map((part) => part.load()));
  } catch (error) {
    throw databaseCodeOf(error) === null ? error : setupFault(error);
  }
}
