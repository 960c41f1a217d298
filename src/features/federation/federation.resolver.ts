/** The two queries of a subgraph, for the router of a federation. */
import { Arg, Authorized, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { tokenOf } from '../../caller/token-of.js';
import { RepresentationScalar } from '../../graphql/representation.js';
import { type SchemaInfo, subgraphSdlOf } from '../../graphql/subgraph-sdl.js';
import type { SessionType } from '../sessions/session.type.js';
import type { UserType } from '../users/user.type.js';
import type { Entities } from './entities.js';
import { EntityUnion, ServiceType } from './federation.type.js';
import type { RouterDoor } from './router-door.js';

interface Needs {
  readonly door: RouterDoor;
  readonly entities: Entities;
  /** Whether everybody may read the schema (setting INTROSPECTION). */
  readonly isSchemaPublic: boolean;
}

@Resolver()
export class FederationResolver {
  constructor(private readonly needs: Needs) {}

  @Query(() => ServiceType, { description: 'This subgraph, for the composition of a federation.' })
  async _service(@Ctx() context: RequestContext, @Info() { schema }: SchemaInfo): Promise<ServiceType> {
    if (!this.needs.isSchemaPublic) await this.needs.door.assertRouter(context);
    return { sdl: subgraphSdlOf(schema) };
  }

  @Authorized()
  @Query(() => [EntityUnion], {
    nullable: 'items',
    description:
      'What other subgraphs refer to, for the router of the federation. Null for whatever the caller may not see, whether or not it exists.',
  })
  async _entities(
    @Arg('representations', () => [RepresentationScalar], { description: 'What to resolve.' }) representations: unknown[],
    @Ctx() context: RequestContext,
  ): Promise<(UserType | SessionType | null)[]> {
    await this.needs.door.assertRouter(context);
    return this.needs.entities.find(tokenOf(context), representations);
  }
}
