/** Runs a command on the data itself if no server runs. `administer` loads this file and the code of the server only then. */
import type { Config } from '../config/config.js';
import { openData } from '../data.js';
import { DataDirLocked } from '../database/file-lock.js';
import type { Commands } from '../rooms.js';

/** @throws DataDirLocked if another process owns the data */
export async function runAlone<Name extends keyof Commands>(
  config: Config,
  name: Name,
  input: Parameters<Commands[Name]>[0],
): Promise<unknown> {
  const { commands, close } = await openData({ config }, `the command \`latchkey ${process.argv.slice(2, 4).join(' ')}\``);
  try {
    const run = commands[name] as (input: Parameters<Commands[Name]>[0]) => Promise<unknown>;
    return JSON.parse(JSON.stringify(await run(input)));
  } finally {
    await close();
  }
}

export function isLocked(error: unknown): boolean {
  return error instanceof DataDirLocked;
}
