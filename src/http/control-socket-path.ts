/** The path of the control socket, for the server that opens it and the command that calls it. */
import { join, relative } from 'node:path';

/** Relative if that is shorter: systems limit a socket's path to about 100 bytes, and DATA_DIR can lie deeper. */
export function controlSocketPath(dataDir: string): string {
  const absolute = join(dataDir, 'control.sock');
  const fromHere = relative(process.cwd(), absolute);
  return Buffer.byteLength(fromHere) < Buffer.byteLength(absolute) ? fromHere : absolute;
}

/** Every system accepts a socket path of this length. */
const MAX_PATH_BYTES = 100;

export function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > MAX_PATH_BYTES;
}
