/** `@Authorized` in every place where type-graphql lets it stand. */
import 'reflect-metadata';
import { Authorized, Field, FieldResolver, InterfaceType, Mutation, ObjectType, Query, Resolver, UseMiddleware } from 'type-graphql';

/** What ran although nobody may have been allowed in. */
export const ran: string[] = [];

@InterfaceType('Sealed')
abstract class Sealed {
  @Authorized('ADMIN')
  @Field(() => String, { nullable: true })
  seal!: string;
}

@ObjectType('Chest', { implements: Sealed })
export class Chest extends Sealed {
  @Field(() => String)
  open!: string;

  @Authorized()
  @Field(() => String, { nullable: true })
  locked!: string;

  @Authorized('ADMIN')
  @Field(() => String, { nullable: true })
  vault(): string {
    return 'vault';
  }
}

const notes = (name: string) => async (_data: unknown, next: () => Promise<unknown>) => {
  ran.push(name);
  return next();
};

@Authorized()
@Resolver()
export class GuardedClassResolver {
  @Query(() => String, { nullable: true })
  byClass(): string {
    return 'byClass';
  }

  /** Its own roles stand in the place of the class's. */
  @Authorized('ADMIN', 'EDITOR')
  @Query(() => String, { nullable: true })
  byMethod(): string {
    return 'byMethod';
  }

  @Query(() => String, { nullable: true })
  reopened(): string {
    return 'first';
  }

  @UseMiddleware(notes('middleware'))
  @Query(() => String, { nullable: true })
  behindMiddleware(): string {
    return 'behindMiddleware';
  }

  @Mutation(() => String, { nullable: true })
  async change(): Promise<string> {
    ran.push('change');
    return 'change';
  }
}

@Resolver(() => Chest)
export class OpenResolver {
  @Query(() => String)
  open(): string {
    return 'open';
  }

  @Query(() => Chest)
  chest(): Chest {
    return Object.assign(new Chest(), { open: 'open', locked: 'locked', seal: 'seal' });
  }

  @Authorized()
  @FieldResolver(() => String, { nullable: true })
  resolved(): string {
    return 'resolved';
  }

  @Query(() => String, { nullable: true })
  twice(): string {
    return 'first';
  }

  @Authorized()
  @Query(() => String, { nullable: true })
  shared(): string {
    return 'for users';
  }
}

/** Declared later, so it is the one that is served. */
@Resolver()
export class LaterResolver {
  @Authorized()
  @Query(() => String, { nullable: true })
  twice(): string {
    return 'second';
  }

  @Query(() => String, { nullable: true })
  reopened(): string {
    return 'second';
  }
}

@Resolver()
abstract class BaseResolver {
  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  inherited(): string {
    return 'inherited';
  }

  /** Served by the class that inherits it, in the place of another one's. */
  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  shared(): string {
    return 'for administrators';
  }
}

@Resolver()
export class DerivedResolver extends BaseResolver {}
