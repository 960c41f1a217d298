/** Runs a command through the running server. If no server runs, this process opens the data itself. */
import { request } from 'node:http';
import { type Config, readConfig } from '../config/config.js';
import { controlSocketPath, isTooLong } from '../http/control-socket-path.js';
import type { Outcome } from '../lib/errors.js';
import { OperatorFault } from '../lib/operator-fault.js';
import type { Commands } from '../rooms.js';

type CommandName = keyof Commands;
type Input<Name extends CommandName> = Parameters<Commands[Name]>[0];
type Result<Name extends CommandName> = Awaited<ReturnType<Commands[Name]>> extends Outcome<infer Done> ? Done : never;

/** The type of a value after a trip through JSON: instants become text. */
export type Json<Value> = Value extends Date
  ? string
  : Value extends readonly (infer Item)[]
    ? Json<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: Json<Value[Key]> }
      : Value;

export interface Administered<Name extends CommandName> {
  /** The same shape, whether the server or this process ran the command. */
  readonly outcome: Outcome<Json<Result<Name>>>;
  readonly through: 'server' | 'data';
}

/** A server runs but could not run the command, or did not answer. */
export class ServerFailed extends OperatorFault {
  override readonly name = 'ServerFailed';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** 30 s: a server that starts on a slow machine, or another command that runs alone, holds the data that long at most. */
const TRIES = 150;
const PAUSE_MS = 200;
const ANSWER_WITHIN_MS = 60_000;
/** Errors of connect(2), so nothing was sent. ECONNRESET: the server died while our connection was in its queue. */
const NOBODY_LISTENS = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET']);

/**
 * @throws ConfigError, DataDirLocked, ServerFailed, LatchkeyError
 */
export async function administer<Name extends CommandName>(name: Name, input: Input<Name>): Promise<Administered<Name>> {
  const config = readConfig();
  for (let tries = 1; ; tries += 1) {
    const answered = await askServer(config, name, input ?? {});
    if (answered !== null) return { outcome: answered as Outcome<Json<Result<Name>>>, through: 'server' };
    const { isLocked, runAlone } = await import('./run-alone.js');
    try {
      return { outcome: (await runAlone(config, name, input)) as Outcome<Json<Result<Name>>>, through: 'data' };
    } catch (error) {
      // A server that is just starting owns the data but does not listen yet. Another command ends by itself.
      if (!isLocked(error)) throw error;
      if (isTooLong(controlSocketPath(config.dataDir))) throw tooLong(config);
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** @returns null if no server listens */
function askServer(config: Config, name: string, input: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(input);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const socketPath = controlSocketPath(config.dataDir);
    const call = request({ socketPath, path: `/${name}`, method: 'POST', headers, timeout: ANSWER_WITHIN_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      // The server went away in the middle of its answer.
      response.on('error', (error) => reject(unconfirmed(error)));
      response.on('end', () => {
        const answer = JSON.parse(text) as { code: string; message: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new ServerFailed(answer.code, answer.message));
      });
    });
    call.on('timeout', () => call.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY_LISTENS.has(error.code ?? '') && error.syscall === 'connect') resolve(null);
      else reject(error.syscall === 'connect' ? unreachable(error) : unconfirmed(error));
    });
    call.end(body);
  });
}

function unconfirmed({ code }: NodeJS.ErrnoException): ServerFailed {
  const message = `The server went away before it answered (${code}). It is not known whether the command took effect; it is safe to send it again.`;
  return new ServerFailed('UNCONFIRMED', message);
}

/** The server runs, and has no socket for the same reason. */
function tooLong({ dataDir }: Config): ServerFailed {
  const message = `The path ${dataDir} is too long for the socket of the running server. Stop the server, or give both a shorter path to the same folder: a symbolic link, or a relative path.`;
  return new ServerFailed('UNREACHABLE', message);
}

function unreachable({ code }: NodeJS.ErrnoException): ServerFailed {
  const message = `The socket of the server in DATA_DIR can't be opened (${code}). Run the command as the user that runs the server.`;
  return new ServerFailed('UNREACHABLE', message);
}
