/** The built server as its own process, on a real socket and a real file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { App } from '../../../src/app.js';
import { type Client, createClient } from '../app/requests.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess extends Client {
  readonly pid: number;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** Its output so far. */
  printed(): string;
  /** Its log so far. */
  logged(): string;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends it with SIGTERM. */
  stop(): Promise<Exit>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** The program to run; the default is `latchkey start`. */
  readonly command?: readonly string[];
  readonly cwd?: string;
  /** The user that runs it, for tests of file permissions, which do not bind root. */
  readonly uid?: number;
}

export const START: readonly string[] = [process.execPath, `${process.cwd()}/dist/command/latchkey.js`, 'start'];

/** Only PATH comes from this process: the settings of the person who runs the tests must not leak in. */
export function environmentOf({ dataDir, settings = {} }: Pick<ServerOptions, 'dataDir' | 'settings'>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, PORT: '0', ...settings };
}

/** Starts a server, waits until it has printed its address, and kills it when the test ends. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const running = launch(options);
  const url = await Promise.race([running.url, running.exited.then(() => null)]);
  if (url === null) throw new Error(`the server did not start: ${running.logged()}`);
  return { ...running, url, ...createClient(overTheNetwork(url)) };
}

/** Runs a server that must fail to start. */
export async function failToStart(options: ServerOptions): Promise<Exit & { stdout: string; stderr: string }> {
  const running = launch(options);
  const exit = await running.exited;
  return { ...exit, stdout: running.printed(), stderr: running.logged() };
}

function launch(options: ServerOptions) {
  const [file = '', ...args] = options.command ?? START;
  const { cwd, uid } = options;
  const child = spawn(file, args, {
    env: environmentOf(options),
    cwd,
    ...(uid === undefined ? {} : { uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }));
  const output = { stdout: '', stderr: '' };
  const url = new Promise<string>((resolve) => {
    collect(child, 'stdout', (text) => {
      output.stdout += text;
      const match = /(http:\/\/[^\s/]+)[\s\S]*\n$/.exec(output.stdout);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
  collect(child, 'stderr', (text) => {
    output.stderr += text;
  });
  const end = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  onTestFinished(async () => {
    await end('SIGKILL');
  });
  return {
    pid: child.pid ?? 0,
    url,
    printed: () => output.stdout,
    logged: () => output.stderr,
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    exited,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr', take: (text: string) => void): void {
  child[stream]?.setEncoding('utf8').on('data', take);
}

/** The client of the API tests, with `fetch` instead of `inject`. */
function overTheNetwork(url: string): App {
  const inject = async ({ method, url: path, headers, payload }: { method: string; url: string; headers: object; payload: string }) => {
    const response = await fetch(url + path, { method, headers: headers as Record<string, string>, body: payload });
    return { statusCode: response.status, headers: Object.fromEntries(response.headers), payload: await response.text() };
  };
  return { server: { inject } } as unknown as App;
}
