/** An operator at the command line, with a running server or a stopped one: the commands are the same. */
import { join } from 'node:path';
import { PASSWORD, type Tokens } from '../app/requests.js';
import { makeFolder } from '../app/start-app.js';
import type { CommandOptions, CommandResult } from './cli.js';
import { readCommand, runCommand } from './commands.js';
import { type ServerProcess, startServer } from './server-process.js';

export interface Operator {
  readonly dataDir: string;
  /** The tokens of ada@example.com, who has registered. */
  readonly tokens: Tokens;
  readonly run: (args: readonly string[], options?: Partial<CommandOptions>) => Promise<CommandResult>;
  /** Runs a command that must succeed and returns its JSON. */
  readonly read: <Result>(args: readonly string[], options?: Partial<CommandOptions>) => Promise<Result>;
  /** The server, started if it was stopped, so that a test sees the effect of the commands. */
  readonly look: () => Promise<ServerProcess>;
  /** Stops the server: later commands run without one. */
  readonly stop: () => Promise<void>;
}

export const ADMINISTRATOR = 'root@example.com';

export async function startOperator(withServer: boolean): Promise<Operator> {
  const dataDir = join(makeFolder(), 'data');
  let server = await startServer({ dataDir });
  const tokens = await server.register();
  let runs = true;
  const operator: Operator = {
    dataDir,
    tokens,
    run: (args, options) => runCommand(args, { dataDir, ...options }),
    read: (args, options) => readCommand(args, { dataDir, ...options }),
    look: async () => {
      if (!runs) server = await startServer({ dataDir });
      runs = true;
      return server;
    },
    stop: async () => {
      await server.stop();
      runs = false;
    },
  };
  await operator.read(['user', 'create', ADMINISTRATOR, '--admin', '--password-stdin'], { stdin: PASSWORD });
  if (!withServer) await operator.stop();
  return operator;
}

/** Runs a command that is refused. Returns its message, which must contain no stack trace. */
export async function runRefused(
  operator: Operator,
  args: readonly string[],
  stdin?: string,
): Promise<{ code: number | null; said: string }> {
  const { code, stdout, stderr } = await operator.run(args, stdin === undefined ? {} : { stdin });
  if (stdout !== '') throw new Error(`a command that was refused has printed ${stdout}`);
  if (/\n\s+at /.test(stderr)) throw new Error(`a stack instead of a message: ${stderr}`);
  return { code, said: stderr };
}
