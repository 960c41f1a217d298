/** Before the client tests: an HTTP endpoint that starts login servers for them, because a browser can't start one. */
import cors from '@fastify/cors';
import fastify from 'fastify';
import type { TestProject } from 'vitest/node';
import type { LoginServer, StartedServer } from './login-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address that takes a `ServerCall`. */
    loginServers: string;
  }
}

/** A call to a server that was started earlier. */
type Call = { readonly id: number; readonly name: keyof LoginServer; readonly args: readonly unknown[] };
export type ServerCall = { readonly start: Record<string, string> } | { readonly stop: number } | Call;

/** Runs once for both client projects: the first one opens the endpoint and closes it. */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { TEST_LOGIN_SERVERS } = process.env;
  if (TEST_LOGIN_SERVERS !== undefined) return void provide('loginServers', TEST_LOGIN_SERVERS);
  const started = new Map<number, StartedServer>();
  let count = 0;
  const stop = async (id: number) => {
    const { stop: end } = find(id);
    started.delete(id);
    await end();
  };
  const find = (id: number): StartedServer => {
    const found = started.get(id);
    if (!found) throw new Error(`no login server ${id}`);
    return found;
  };
  const office = fastify({ forceCloseConnections: true });
  await office.register(cors);
  office.post<{ Body: ServerCall }>('/', async ({ body }) => {
    if ('start' in body) {
      // Imported late because it needs the generated client, which the build step has just made.
      const { startLoginServer } = await import('./login-server.js');
      count += 1;
      const id = count;
      const server = await startLoginServer(body.start);
      started.set(id, server);
      return { id, address: server.address };
    }
    if ('stop' in body) return stop(body.stop);
    const run = find(body.id).server[body.name] as (...args: unknown[]) => Promise<unknown>;
    // JSON has no `undefined`.
    return { result: await run(...body.args.map((arg) => arg ?? undefined)) };
  });
  process.env.TEST_LOGIN_SERVERS = await office.listen({ host: '127.0.0.1', port: 0 });
  provide('loginServers', process.env.TEST_LOGIN_SERVERS);
  return async () => {
    await office.close();
    await Promise.all([...started.keys()].map(stop));
  };
}
