/** Resolvers of an application that answer, fail and refuse in every way that a response can show. */
import 'reflect-metadata';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HeaderMap } from '@apollo/server';
import { GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import { Arg, Authorized, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../src/app.js';

@ObjectType('Crate')
export class Crate {
  @Field(() => String)
  label!: string;

  @Field(() => String)
  broken!: string;

  @Field(() => Crate, { nullable: true })
  inner!: Crate | null;
}

interface Filling {
  filled?: number;
}

/** How often a weight in a text was read: once for validation and once for each execution. */
export const weights = { read: 0 };

const Weight = new GraphQLScalarType<number, number>({
  name: 'Weight',
  parseValue: Number,
  parseLiteral(node: ValueNode) {
    weights.read += 1;
    return node.kind === 'IntValue' ? Number(node.value) : 0;
  },
});

@Resolver()
export class CrateResolver {
  @Query(() => Int)
  weighed(@Arg('weight', () => Weight) weight: number): number {
    return weight;
  }

  @Query(() => Crate, { nullable: true })
  crate(@Arg('label', () => String, { defaultValue: 'ü "quoted" \u2028' }) label: string): Partial<Crate> {
    const broken = { label: 'inside' };
    return { label, inner: broken as Crate };
  }

  @Query(() => [Int], { nullable: true })
  async later(@Arg('count', () => Int) count: number): Promise<number[]> {
    return Array.from({ length: count }, (_, index) => index);
  }

  @Authorized()
  @Query(() => String, { nullable: true })
  own(): string {
    return 'mine';
  }

  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  administrators(): string {
    return 'ours';
  }

  @Query(() => String, { nullable: true })
  internal(): string {
    throw new Error('the password is swordfish');
  }

  @Query(() => String, { nullable: true })
  async internalLater(): Promise<string> {
    throw new Error('the password is swordfish');
  }

  @Query(() => String, { nullable: true })
  meant(): string {
    throw new GraphQLError('No crates today.', { extensions: { code: 'NO_CRATES', until: 'tomorrow' } });
  }

  @Query(() => String, { nullable: true })
  withHead(): string {
    const http = {
      status: 418,
      headers: new HeaderMap([
        ['x-crates', 'none'],
        ['cache-control', 'public'],
      ]),
    };
    throw new GraphQLError('No crates ever.', { extensions: { code: 'NO_CRATES', http } });
  }

  /** The server ignores this `http`, because a status must be a number. */
  @Query(() => String, { nullable: true })
  withHalfHead(): string {
    const http = { status: '418', headers: new HeaderMap([['x-crates', 'none']]) };
    throw new GraphQLError('No crates ever.', { extensions: { code: 'NO_CRATES', http } });
  }

  @Query(() => String, { nullable: true })
  withoutStatus(): string {
    throw new GraphQLError('No crates ever.', { extensions: { code: 'NO_CRATES', http: { status: 0 } } });
  }

  @Query(() => String, { nullable: true })
  withType(): string {
    const headers = new HeaderMap([['content-type', 'application/problem+json']]);
    throw new GraphQLError('No crates ever.', { extensions: { code: 'NO_CRATES', http: { headers } } });
  }

  /** Shared between requests, as an application's constants are. */
  @Query(() => String, { nullable: true })
  frozen(): string {
    throw new GraphQLError('the password is swordfish', { extensions: Object.freeze({ shelf: 7 }) });
  }

  /** Libraries that validate values attach their errors this way. */
  @Query(() => String, { nullable: true })
  placed(): string {
    throw Object.assign(new Error('the password is swordfish'), { path: ['user', 'password'], value: 'swordfish' });
  }

  @Query(() => String, { nullable: true })
  cookie(@Ctx() { headers: { cookie } }: RequestContext): string | null {
    return typeof cookie === 'string' ? cookie : null;
  }

  @Query(() => String)
  required(): string {
    return null as unknown as string;
  }

  /** Each tells how many were filled before it in its request, so the order of root fields shows. */
  @Mutation(() => Crate, { nullable: true })
  fill(@Arg('crates', () => Int) crates: number, @Ctx() context: Filling): Partial<Crate> {
    context.filled = (context.filled ?? 0) + crates;
    return { label: String(context.filled) };
  }

  @Mutation(() => Crate, { nullable: true })
  async fillLater(@Arg('crates', () => Int) crates: number, @Ctx() context: Filling): Promise<Partial<Crate>> {
    await nextTurn();
    return this.fill(crates, context);
  }

  @Mutation(() => String, { nullable: true })
  async refuse(): Promise<string> {
    throw new GraphQLError('No crates today.', { extensions: { code: 'NO_CRATES' } });
  }

  @Mutation(() => String)
  insist(): string {
    throw new GraphQLError('No crates today.', { extensions: { code: 'NO_CRATES' } });
  }

  @Authorized()
  @Mutation(() => String, { nullable: true })
  hidden(): string {
    return 'mine';
  }
}
