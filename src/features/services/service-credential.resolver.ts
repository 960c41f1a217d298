/** Administrators create, list and revoke the credentials of other services. Creating and revoking need a recently confirmed password. */
import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import type { Actor } from '../endings/actor.js';
import {
  CreateServiceCredentialInput,
  CreateServiceCredentialPayload,
  RevokeServiceCredentialInput,
  RevokeServiceCredentialPayload,
  ServiceCredentialType,
} from './service-credential.type.js';
import type { ServiceCredentials } from './service-credentials.js';

@Authorized(ADMIN_ROLE)
@Resolver()
export class ServiceCredentialResolver {
  constructor(private readonly credentials: ServiceCredentials) {}

  @Query(() => [ServiceCredentialType], {
    nullable: true,
    description: 'The credentials of other services, newest first, at most 1,000; without their texts. Administrators only.',
  })
  serviceCredentials(): Promise<ServiceCredentialType[]> {
    return this.credentials.list();
  }

  @Mutation(() => CreateServiceCredentialPayload, {
    nullable: true,
    description: 'Creates a credential for another service. The answer is the only one that contains its text.',
  })
  async createServiceCredential(
    @Arg('input', () => CreateServiceCredentialInput, { description: 'The service.' }) input: CreateServiceCredentialInput,
    @Ctx() context: RequestContext,
  ): Promise<CreateServiceCredentialPayload> {
    return toPayload(await this.credentials.create(input, actorOf(context)), (result) => result);
  }

  @Mutation(() => RevokeServiceCredentialPayload, {
    nullable: true,
    description: 'Revokes the credential of another service: every node refuses its next request.',
  })
  async revokeServiceCredential(
    @Arg('input', () => RevokeServiceCredentialInput, { description: 'The credential to revoke.' }) { id }: RevokeServiceCredentialInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeServiceCredentialPayload> {
    return toPayload(await this.credentials.revoke(id, actorOf(context)), (serviceCredential) => ({ serviceCredential }));
  }
}

function actorOf(context: RequestContext): Actor {
  const token = tokenOf(context);
  return { id: token.sub, token, origin: context.origin };
}
