/** `@Authorized` in every position that type-graphql allows. */
import 'reflect-metadata';
import type { GraphQLResolveInfo } from 'graphql';
import {
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Info,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  UseMiddleware,
} from 'type-graphql';

/** Fields that ran, recorded even where a guard should have refused everybody. */
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

  /** Its own roles replace those of the class. */
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

  /** Runs a guarded field itself and tolerates its refusal. */
  @Query(() => String)
  async peeks(@Ctx() context: unknown, @Info() info: GraphQLResolveInfo): Promise<string> {
    try {
      await info.schema.getQueryType()?.getFields().byMethod?.resolve?.(undefined, {}, context, info);
    } catch {}
    return 'peeks';
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

/** Declared later, so this field is the one that is served. */
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

  /** Served through the inheriting class, in place of the base class's field. */
  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  shared(): string {
    return 'for administrators';
  }
}

@Resolver()
export class DerivedResolver extends BaseResolver {}
