/** What an application that moves in may bring: fields, types and classes with the names of Latchkey's. */
import 'reflect-metadata';
import { GraphQLScalarType } from 'graphql';
import {
  Arg,
  createUnionType,
  Field,
  FieldResolver,
  getMetadataStorage,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
  Subscription,
} from 'type-graphql';
import { Session, User } from '../../../src/app.js';

@Resolver()
export class ShiftResolver {
  @Mutation(() => Boolean)
  logout(): boolean {
    return true;
  }

  @Mutation(() => String, { name: 'login' })
  begin(): string {
    return 'token';
  }

  @Query(() => String)
  me(): string {
    return 'everybody';
  }

  @Subscription(() => String, { topics: 'x' })
  sessionEvents(): string {
    return 'nothing';
  }
}

@Resolver()
abstract class AbstractShift {
  @Mutation(() => Boolean, { name: 'logout' })
  end(): boolean {
    return true;
  }
}

@Resolver()
export class InheritingResolver extends AbstractShift {}

@ObjectType('User')
class Person {
  @Field(() => String)
  nickname!: string;
}

@Resolver()
export class PersonResolver {
  @Query(() => Person)
  person(): Person {
    return { nickname: 'ada' };
  }
}

@InputType()
class LoginInput {
  @Field(() => String)
  pin!: string;
}

@Resolver()
export class PinResolver {
  @Query(() => String)
  pin(@Arg('input', () => LoginInput) { pin }: LoginInput): string {
    return pin;
  }
}

const Scope = { A: 'A' };
registerEnumType(Scope, { name: 'LogoutScope' });

@Resolver()
export class ScopeResolver {
  @Query(() => Scope)
  scope(): string {
    return 'A';
  }
}

const OwnDateTime = new GraphQLScalarType({ name: 'DateTime' });

@Resolver()
export class TimeResolver {
  @Query(() => OwnDateTime)
  time(): string {
    return 'now';
  }
}

const Either = createUnionType({ name: 'AuditEvent', types: () => [Person] as const });

@Resolver()
export class UnionResolver {
  @Query(() => Either)
  either(): Person {
    return { nickname: 'ada' };
  }
}

@ObjectType('Parcel')
class Sent {
  @Field(() => String)
  to!: string;
}

@ObjectType('Parcel')
class Received {
  @Field(() => String)
  from!: string;
}

@Resolver()
export class ParcelResolver {
  @Query(() => Sent)
  sent(): Sent {
    return { to: 'ada' };
  }

  @Query(() => Received)
  received(): Received {
    return { from: 'bob' };
  }
}

@Resolver(() => Session)
export class CurrentResolver {
  @FieldResolver(() => Boolean)
  current(): boolean {
    return false;
  }
}

@Resolver(() => User)
abstract class AbstractRoles {
  @FieldResolver(() => [String], { name: 'roles' })
  everyRole(): string[] {
    return ['ADMIN'];
  }
}

@Resolver(() => User)
export class InheritedRolesResolver extends AbstractRoles {}

/** A class of Latchkey that is not exported. */
export function findInMetadata(mutation: string): new () => object {
  const found = getMetadataStorage().mutations.find(({ schemaName, target }) => schemaName === mutation && target !== ShiftResolver);
  return found?.target as new () => object;
}
