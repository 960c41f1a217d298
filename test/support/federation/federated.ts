/** A federation as in `examples/federation`: Latchkey, the orders and the gateway, each a process of its own on a free port. */

import { makeFolder } from '../app/start-app.js';
import { prepareExample, runIn, TSC } from '../examples/examples.js';
import { readCommand } from '../process/commands.js';
import { type ServerProcess, startServer } from '../process/server-process.js';
import { startTcpProxy, type TcpProxy } from '../sockets/tcp-proxy.js';

interface Created {
  readonly id: string;
  readonly credential: string;
}

export interface Federation {
  readonly latchkey: ServerProcess;
  readonly orders: ServerProcess;
  readonly gateway: ServerProcess;
  /** Stands between the gateway and Latchkey. */
  readonly way: TcpProxy;
  /** Revokes the credential of the gateway. */
  revokeRouter(): Promise<void>;
}

export async function startFederation(): Promise<Federation> {
  const folder = await prepareExample('federation');
  await runIn(folder, TSC);
  const dataDir = makeFolder();
  const settings = { FEDERATION: 'on', TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'warn' };
  const latchkey = await startServer({ dataDir, settings });
  const create = (name: string) => readCommand<Created>(['service', 'create', name, '--audience', 'latchkey'], { dataDir });
  const [router, service] = [await create('gateway'), await create('orders')];
  const way = await startTcpProxy('127.0.0.1', Number(new URL(latchkey.url).port));
  const run = (program: string, environment: Record<string, string>) =>
    startServer({ dataDir, settings: environment, command: [process.execPath, `dist/${program}.js`], cwd: folder });
  const orders = await run('orders', { LATCHKEY_URL: latchkey.url, LATCHKEY_CREDENTIAL: service.credential });
  const gateway = await run('gateway', {
    LATCHKEY_URL: `http://127.0.0.1:${way.port}`,
    ORDERS_URL: orders.url,
    LATCHKEY_CREDENTIAL: router.credential,
  });
  const revokeRouter = async () => void (await readCommand(['service', 'revoke', router.id], { dataDir }));
  return { latchkey, orders, gateway, way, revokeRouter };
}
