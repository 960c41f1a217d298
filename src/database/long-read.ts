/** Marks SQL that may take long, so that it can run beside the statements of requests. */
import { Prisma } from './generated/client.js';

export const LONG_READ_TEXT = '/* long read */';

/** Put it first in the raw SQL of a `Database.readLong`. */
export const LONG_READ = Prisma.raw(LONG_READ_TEXT);
