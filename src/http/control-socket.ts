/** The command line's way into the running server: JSON over a Unix socket in DATA_DIR that only its owner may open. */
import { chmodSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { z } from 'zod';
import { LatchkeyError } from '../lib/errors.js';
import type { Log } from '../lib/log.js';
import { closeConnectionsWhenStopping } from './closing.js';
import { compilersOnDemand } from './compilers-on-demand.js';

const text = z.string();
const flag = z.boolean().optional();
const reason = text.max(500).optional();
const limit = z.int().min(1).max(1_000).optional();
const named = z.strictObject({ user: text });
const namedForReason = z.strictObject({ user: text, reason });
const nothing = z.strictObject({});

/**
 * What each command takes. A command that is not named here can't be called, and an option that this version does not know is not
 * dropped in silence.
 */
const INPUTS = {
  createUser: z.strictObject({ email: text, password: text, name: text.optional(), admin: flag }),
  listUsers: z.strictObject({ search: text.max(254).optional(), limit }),
  showUser: named,
  disableUser: namedForReason,
  enableUser: namedForReason,
  setUserRoles: z.strictObject({ user: text, roles: z.array(text) }),
  resetPassword: z.strictObject({ user: text, password: text }),
  requirePasswordReset: namedForReason,
  deleteUser: named,
  revokeUserSessions: namedForReason,
  revokeAllSessions: z.strictObject({ reason }),
  listKeys: nothing,
  rotateKeys: z.strictObject({ now: flag }),
  revokeKey: z.strictObject({ kid: text }),
  blacklistStats: nothing,
  prune: nothing,
  unmirror: nothing,
  listSessions: named,
  revokeSession: z.strictObject({ session: text, accessTokensOnly: flag }),
  listAuditEvents: z.strictObject({
    user: text.optional(),
    since: z.iso.datetime({ offset: true }).optional(),
    withinSeconds: z.int().min(1).optional(),
    limit,
  }),
  listNodes: nothing,
  examine: nothing,
};

export type ControlCommand = keyof typeof INPUTS;

/** Whatever carries the commands out. The input has been checked against what its command takes. */
export type ControlTarget = { readonly [Command in ControlCommand]: (input: never) => Promise<unknown> };

/** The longest path that every system takes for a socket. */
const MAX_PATH_BYTES = 100;

/** Relative where that is shorter: the system's limit is short, and folders can lie deep. */
export function controlSocketPath(dataDir: string): string {
  const absolute = join(dataDir, 'control.sock');
  const fromHere = relative(process.cwd(), absolute);
  return Buffer.byteLength(fromHere) < Buffer.byteLength(absolute) ? fromHere : absolute;
}

/** Must be called by the owner of DATA_DIR only: a socket that is there already was left by a dead process. */
export async function openControlSocket(dataDir: string, target: ControlTarget, log: Log): Promise<FastifyInstance | null> {
  const path = controlSocketPath(dataDir);
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    log.warn({ path }, 'DATA_DIR lies too deep for a socket: the command line can reach this server only when it is stopped');
    return null;
  }
  const server: FastifyInstance = Fastify({
    loggerInstance: log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    schemaController: compilersOnDemand,
  });
  closeConnectionsWhenStopping(server);
  for (const [command, input] of Object.entries(INPUTS)) {
    const run = target[command as ControlCommand].bind(target) as (input: unknown) => Promise<unknown>;
    server.post(`/${command}`, async (request, reply) => {
      const { success, data, error } = input.safeParse(request.body);
      return success ? run(data) : reply.code(400).send(failed(z.prettifyError(error)));
    });
  }
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof LatchkeyError) return reply.code(503).send({ code: error.code, message: error.message });
    if (error.statusCode === undefined || error.statusCode >= 500) log.error({ err: error }, 'a command failed');
    return reply.code(error.statusCode ?? 500).send(failed(error.message));
  });
  rmSync(path, { force: true });
  const umask = process.umask(0o177);
  try {
    await server.listen({ path });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
  return server;
}

function failed(message: string) {
  return { code: 'COMMAND_FAILED', message };
}
