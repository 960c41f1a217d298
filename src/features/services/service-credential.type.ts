/** The GraphQL type ServiceCredential, and the inputs and payloads of its mutations. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import type { ServiceCredential } from './service-credentials.js';

@ObjectType('ServiceCredential', { description: 'The credential of another service, which asks with it about tokens.' })
export class ServiceCredentialType implements ServiceCredential {
  @Field(() => ID, { description: 'The id of the credential.' })
  id!: string;

  @Field(() => String, { description: 'The name, for people.' })
  name!: string;

  @Field(() => String, { description: 'The service asks about tokens that name this audience in `aud`.' })
  audience!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null;
}

@InputType({ description: 'The service that gets a credential.' })
export class CreateServiceCredentialInput {
  @Field(() => String, { description: 'A name, for people; at most 200 characters.' })
  name!: string;

  @Field(() => String, {
    description: 'The service in the claim `aud` of the tokens about which it asks: `AUDIENCE`, or one of `ACCESS_TOKEN_AUDIENCES`.',
  })
  audience!: string;
}

@InputType({ description: 'The credential to revoke.' })
export class RevokeServiceCredentialInput {
  @Field(() => ID, { description: 'The id of the credential.' })
  id!: string;
}

@ObjectType({ description: 'The new credential. No other answer contains its text.' })
export class CreateServiceCredentialPayload {
  @Field(() => ServiceCredentialType, { nullable: true, description: 'The credential, without its text.' })
  serviceCredential?: ServiceCredentialType;

  @Field(() => String, { nullable: true, description: 'The text that the service shows. The server keeps only its hash.' })
  credential?: string;

  @Field(() => [UserErrorType], { description: 'What the administrator got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@ObjectType({ description: 'The credential, which every node refuses from now on.' })
export class RevokeServiceCredentialPayload {
  @Field(() => ServiceCredentialType, { nullable: true, description: 'The credential as it is now.' })
  serviceCredential?: ServiceCredentialType;

  @Field(() => [UserErrorType], { description: 'What the administrator got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
