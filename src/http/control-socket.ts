/** The command line's way into the running server: JSON over a Unix socket in DATA_DIR that only its owner may open. */
import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { WrongInput } from '../lib/command.js';
import { LatchkeyError, type Outcome } from '../lib/errors.js';
import type { Log } from '../lib/log.js';
import { closeConnectionsWhenStopping } from './closing.js';
import { compilersOnDemand } from './compilers-on-demand.js';
import { controlSocketPath, isTooLong } from './control-socket-path.js';

/** The commands of the features, by name. Each command checks its own input. A command that is not listed can't be called. */
export type ControlCommands = Readonly<Record<string, (input: never) => Promise<Outcome<unknown>>>>;

/** Only the process that owns DATA_DIR may call this: it removes an existing socket, which only a dead process can have left. */
export async function openControlSocket(dataDir: string, commands: ControlCommands, log: Log): Promise<FastifyInstance | null> {
  const path = controlSocketPath(dataDir);
  if (isTooLong(path)) {
    log.warn({ path }, 'the path of DATA_DIR is too long for a socket: commands work only while this server is stopped');
    return null;
  }
  const server: FastifyInstance = Fastify({
    loggerInstance: log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    schemaController: compilersOnDemand,
  });
  closeConnectionsWhenStopping(server, log);
  for (const [name, run] of Object.entries(commands)) {
    server.post(`/${name}`, async (request) => run(request.body as never));
  }
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof WrongInput) return reply.code(400).send(failed(error.message));
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
