/** Resolvers that an embedding application might write: they answer from memory and use no database. */
import 'reflect-metadata';
import { Arg, Authorized, Mutation, Query, Resolver } from 'type-graphql';

@Authorized()
@Resolver()
export class NameResolver {
  name = 'nobody';

  @Query(() => String, { nullable: true })
  ownName(): string {
    return this.name;
  }

  @Mutation(() => String, { nullable: true })
  changeName(@Arg('name', () => String) name: string): string {
    this.name = name;
    return name;
  }
}
