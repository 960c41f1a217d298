/** Carries out a command with the data to itself, when no server runs. Only then is the code of the server loaded. */
import type { Config } from '../config/config.js';
import { openData } from '../data.js';
import { DataDirLocked } from '../database/file-lock.js';
import type { Commands } from '../rooms.js';

/** @throws DataDirLocked when another process owns the data */
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
