/** The types with which a subgraph answers its router. */
import { createUnionType, Field, ObjectType } from 'type-graphql';
import { SessionType } from '../sessions/session.type.js';
import { UserType } from '../users/user.type.js';

@ObjectType('_Service', { description: 'This subgraph.' })
export class ServiceType {
  @Field(() => String, { description: 'The schema with the directives of Apollo Federation 2.' })
  sdl!: string;
}

export const EntityUnion = createUnionType({
  name: '_Entity',
  description: 'What other subgraphs may refer to by its id.',
  types: () => [UserType, SessionType] as const,
  resolveType: (entity) => ('idleExpiresAt' in entity ? 'Session' : 'User'),
});
