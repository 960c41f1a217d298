/** The command line's way into the running server: JSON over a Unix socket in DATA_DIR that only its owner may open. */
import { chmodSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { LatchkeyError } from '../errors.js';
import type { Log } from '../log.js';
import { closeConnectionsWhenStopping } from './closing.js';

const NAMED_USER = { required: ['user'], properties: { user: { type: 'string' }, reason: { type: 'string', maxLength: 500 } } };
const LIMIT = { type: 'integer', minimum: 1, maximum: 1_000 };

/** What each command takes, as JSON Schema. A command that is not named here can't be called. */
const INPUTS = {
  createUser: {
    required: ['email', 'password'],
    properties: { email: { type: 'string' }, password: { type: 'string' }, name: { type: 'string' }, admin: { type: 'boolean' } },
  },
  listUsers: { properties: { search: { type: 'string', maxLength: 254 }, limit: LIMIT } },
  showUser: { required: ['user'], properties: { user: { type: 'string' } } },
  disableUser: NAMED_USER,
  enableUser: NAMED_USER,
  setUserRoles: {
    required: ['user', 'roles'],
    properties: { user: { type: 'string' }, roles: { type: 'array', items: { type: 'string' } } },
  },
  resetPassword: { required: ['user', 'password'], properties: { user: { type: 'string' }, password: { type: 'string' } } },
  requirePasswordReset: NAMED_USER,
  deleteUser: { required: ['user'], properties: { user: { type: 'string' } } },
  revokeUserSessions: NAMED_USER,
  revokeAllSessions: { properties: { reason: { type: 'string', maxLength: 500 } } },
  listKeys: {},
  rotateKeys: { properties: { now: { type: 'boolean' } } },
  revokeKey: { required: ['kid'], properties: { kid: { type: 'string' } } },
  blacklistStats: {},
  prune: {},
  unmirror: {},
  listSessions: { required: ['user'], properties: { user: { type: 'string' } } },
  revokeSession: { required: ['session'], properties: { session: { type: 'string' }, accessTokensOnly: { type: 'boolean' } } },
  listAuditEvents: {
    properties: {
      user: { type: 'string' },
      since: { type: 'string', format: 'date-time' },
      withinSeconds: { type: 'integer', minimum: 1 },
      limit: LIMIT,
    },
  },
  listNodes: {},
  examine: {},
} as const;

export type ControlCommand = keyof typeof INPUTS;

/** Whatever carries the commands out. The input has been checked against the schema of its command. */
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
    // An option that this version does not know must not be dropped in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  closeConnectionsWhenStopping(server);
  for (const [command, input] of Object.entries(INPUTS)) {
    const body = { type: 'object', additionalProperties: false, ...input };
    const run = target[command as ControlCommand].bind(target) as (input: unknown) => Promise<unknown>;
    server.post(`/${command}`, { schema: { body } }, async (request) => run(request.body));
  }
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof LatchkeyError) return reply.code(503).send({ code: error.code, message: error.message });
    if (error.statusCode === undefined || error.statusCode >= 500) log.error({ err: error }, 'a command failed');
    return reply.code(error.statusCode ?? 500).send({ code: 'COMMAND_FAILED', message: error.message });
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
