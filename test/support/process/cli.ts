/** The command `latchkey` as its own process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { environmentOf, type ServerOptions } from './server-process.js';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type CommandOptions = Pick<ServerOptions, 'dataDir' | 'settings' | 'cwd'> & {
  readonly stdin?: string;
};

export async function latchkey(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const child = spawn(process.execPath, [`${process.cwd()}/dist/command/latchkey.js`, ...args], {
    env: environmentOf(options),
    cwd: options.cwd,
    stdio: 'pipe',
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** Runs a command with `--json`, which must succeed, and returns its output. */
export async function latchkeyJson<Result>(args: readonly string[], options: CommandOptions): Promise<Result> {
  const { code, stdout, stderr } = await latchkey([...args, '--json'], options);
  if (code !== 0) throw new Error(`latchkey ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}
