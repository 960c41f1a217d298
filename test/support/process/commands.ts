/** Commands of `latchkey` for tests in which the process itself is not the subject: they share one, as if each had its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommandOptions, CommandResult } from './cli.js';
import { environmentOf } from './server-process.js';

let host: ChildProcess | null = null;
let last: Promise<unknown> = Promise.resolve();

/** One after another, in the order in which they are asked for. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const result = last.then(() => runInHost(args, options));
  last = result.catch(() => undefined);
  return result;
}

/** Runs a command with `--json` and returns what it printed; it must succeed. */
export async function readCommand<Result>(args: readonly string[], options: CommandOptions): Promise<Result> {
  const { code, stdout, stderr } = await runCommand([...args, '--json'], options);
  if (code !== 0) throw new Error(`latchkey ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

async function runInHost(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  host ??= startHost();
  const { cwd, stdin } = options;
  const settled = new AbortController();
  const answered = Promise.race([once(host, 'message', settled), once(host, 'exit', settled)]);
  host.send({ args, env: environmentOf(options), cwd, stdin });
  const [result] = (await answered.finally(() => settled.abort())) as [CommandResult | number | null];
  if (result === null || typeof result === 'number') throw new Error(`the process of the commands has ended with ${result}`);
  return result;
}

/** It ends with the worker that has started it, whose end closes the channel. */
function startHost(): ChildProcess {
  const child = fork(fileURLToPath(new URL('command-host.js', import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return child;
}
