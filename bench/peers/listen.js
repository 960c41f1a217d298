/** Where a peer listens: any free port of this machine, told on standard output as Latchkey tells it. */
import { once } from 'node:events';

/** @param server of `node:http`, with its request listener */
export async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  tell(`http://127.0.0.1:${server.address().port}`);
}

export function tell(address) {
  console.log(`listens at ${address.replace(/\/$/, '').replace(/\/graphql$/, '')}/graphql`);
}
