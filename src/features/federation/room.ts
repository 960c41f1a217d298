/** The federation room: what makes the server a subgraph of a federated graph. It is empty without FEDERATION=on. */
import type { World } from '../../world.js';
import type { ServiceCredentials } from '../services/service-credentials.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import { Entities } from './entities.js';
import { FederationResolver } from './federation.resolver.js';
import { RouterDoor } from './router-door.js';

interface Below {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly serviceCredentials: ServiceCredentials;
}

export function openFederation({ config }: World, below: Below) {
  if (!config.federation) return { resolvers: [] };
  const needs = { door: new RouterDoor(below), entities: new Entities(below), isSchemaPublic: config.introspection };
  return { resolvers: [new FederationResolver(needs)] };
}
