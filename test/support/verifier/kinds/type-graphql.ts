/** type-graphql, served by Apollo Server: `@Authorized` asks the verifier. */
import 'reflect-metadata';
import { createPubSub } from '@graphql-yoga/subscription';
import { Arg, Authorized, buildSchema, Ctx, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { createAuthChecker, guardSchema, Public } from '../../../../src/verifier/adapters/type-graphql.js';
import type { AuthenticatedCaller } from '../../../../src/verifier/contract.js';
import type { Kind, ServiceParts } from '../services.js';
import { serveApollo } from './apollo.js';

const nullable = { nullable: true } as const;

/** What the resolvers find in the context. */
interface Context {
  readonly caller: AuthenticatedCaller;
}

export function createResolverClass({ ticks, logOut }: ServiceParts) {
  @Resolver()
  class OrdersResolver {
    @Public()
    @Query(() => String, nullable)
    hello() {
      return 'hello';
    }

    @Authorized()
    @Query(() => String, nullable)
    me(@Ctx() { caller }: Context) {
      return caller.token.sub;
    }

    @Authorized('ADMIN')
    @Query(() => String, nullable)
    secret() {
      return 'secret';
    }

    @Authorized()
    @Mutation(() => String, nullable)
    before() {
      return 'before';
    }

    @Authorized()
    @Mutation(() => String, nullable)
    async logOut(@Arg('token', () => String) token: string) {
      await logOut(token);
      return 'logged out';
    }

    @Authorized()
    @Mutation(() => String, nullable)
    after() {
      return 'after';
    }

    @Authorized()
    @Subscription(() => Int, { ...nullable, subscribe: () => ticks.follow() })
    ticks(@Root() tick: number) {
      return tick;
    }
  }
  return OrdersResolver;
}

export const typeGraphql: Kind = {
  name: 'type-graphql',
  streams: 'websocket',
  hasStatus: true,
  async serve(parts) {
    const { verifier } = parts;
    const resolver = createResolverClass(parts);
    const schema = await buildSchema({
      resolvers: [resolver],
      authChecker: createAuthChecker(verifier),
      // type-graphql asks for it, though the subscriptions bring their own source.
      pubSub: createPubSub(),
      container: { get: (type) => new (type as new () => object)() },
    });
    return serveApollo(guardSchema(schema, verifier), verifier);
  },
};
