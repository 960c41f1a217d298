/** A server that is a subgraph, and the credential with which its router asks. */
import { type Administrator, makeAdministrator } from '../app/administrators.js';
import type { SendOptions } from '../app/requests.js';
import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';
import { createService } from '../services/services.js';

export interface Subgraph extends TestApp {
  readonly admin: Administrator;
  /** The credential of the router. */
  readonly router: { readonly id: string; readonly credential: string };
  /** Asks for entities as the router does. */
  entities(representations: unknown, options?: SendOptions): ReturnType<TestApp['send']>;
}

export const ENTITIES =
  'query($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on User { id email name roles } ... on Session { id current deviceName } } }';

export async function startSubgraph(options: TestOptions = {}): Promise<Subgraph> {
  const server = await startApp({ ...options, settings: { FEDERATION: 'on', ...options.settings } });
  const router = await createService(server, 'router');
  return {
    ...server,
    admin: await makeAdministrator(server),
    router,
    entities: (representations, { variables, headers, ...rest } = {}) =>
      server.send(ENTITIES, {
        variables: { representations, ...variables },
        headers: { 'latchkey-router': router.credential, ...headers },
        ...rest,
      }),
  };
}
