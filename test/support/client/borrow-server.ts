/** A login server for one test, whether the test runs in Node or in a browser. */
import { inject, onTestFinished } from 'vitest';
import type { LoginServer } from './login-server.js';
import type { ServerCall } from './login-servers.js';

const CALLS = [
  'send',
  'register',
  'login',
  'refresh',
  'ask',
  'advance',
  'makeAdministrator',
  'revokeUserSessions',
  'failCommit',
  'emitTick',
  'untilListeners',
  'untilListened',
  'findFreePort',
] as const satisfies readonly (keyof LoginServer)[];

/** The original `fetch`, even if the test has replaced it. */
const { fetch } = globalThis;

/** Borrows a server until the test ends. */
export async function borrowServer(settings: Record<string, string>): Promise<{ server: LoginServer; address: string }> {
  const { id, address } = await call<{ id: number; address: string }>({ start: settings });
  onTestFinished(() => call({ stop: id }));
  const entries = CALLS.map((name) => [name, async (...args: unknown[]) => (await call<{ result: unknown }>({ id, name, args })).result]);
  return { server: Object.fromEntries(entries) as LoginServer, address };
}

async function call<Result>(body: ServerCall): Promise<Result> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(inject('loginServers'), { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? (undefined as Result) : JSON.parse(text);
}
