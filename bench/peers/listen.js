/** Makes a peer listen on any free port and print the address in the same form as Latchkey. */
import { once } from 'node:events';

/** @param server a server of `node:http` with a request listener */
export async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  tell(`http://127.0.0.1:${server.address().port}`);
}

export function tell(address) {
  console.log(`listens at ${address.replace(/\/$/, '').replace(/\/graphql$/, '')}/graphql`);
}
