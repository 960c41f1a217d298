/** Where the control socket is, for the server that opens it and for the command that calls it. */
import { join, relative } from 'node:path';

/** Relative where that is shorter: the system's limit is short, and folders can lie deep. */
export function controlSocketPath(dataDir: string): string {
  const absolute = join(dataDir, 'control.sock');
  const fromHere = relative(process.cwd(), absolute);
  return Buffer.byteLength(fromHere) < Buffer.byteLength(absolute) ? fromHere : absolute;
}
