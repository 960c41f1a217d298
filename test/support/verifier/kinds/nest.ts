/** A Nest application on Express, with a GraphQL module by Apollo's driver and controllers beside it. */

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, type INestApplication, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { onTestFinished } from 'vitest';
import { createConnectionHooks } from '../../../../src/verifier/adapters/graphql-ws.js';
import { CurrentCaller, LatchkeyModule, Public, Roles } from '../../../../src/verifier/adapters/nest.js';
import type { AuthenticatedCaller } from '../../../../src/verifier/contract.js';
import type { Kind, ServiceParts } from '../services.js';

const nullable = { nullable: true } as const;
const PARTS = 'parts';

@Resolver()
export class OrdersResolver {
  constructor(@Inject(PARTS) private readonly parts: ServiceParts) {}

  @Public()
  @Query(() => String, nullable)
  hello() {
    return 'hello';
  }

  @Query(() => String, nullable)
  me(@CurrentCaller() caller: AuthenticatedCaller) {
    return caller.token.sub;
  }

  @Roles('ADMIN')
  @Query(() => String, nullable)
  secret() {
    return 'secret';
  }

  @Mutation(() => String, nullable)
  before() {
    return 'before';
  }

  /** What TypeScript writes with `emitDecoratorMetadata`, which these tests are built without. */
  @Reflect.metadata('design:paramtypes', [String])
  @Mutation(() => String, nullable)
  async logOut(@Args('token', { type: () => String }) token: string) {
    await this.parts.logOut(token);
    return 'logged out';
  }

  @Mutation(() => String, nullable)
  after() {
    return 'after';
  }

  @Subscription(() => Int, { ...nullable, resolve: (tick: number) => tick })
  ticks() {
    return this.parts.ticks.follow();
  }
}

@Controller()
export class OrdersController {
  @Public()
  @Get('hello')
  hello() {
    return { hello: 'hello' };
  }

  @Get('me')
  me(@CurrentCaller() caller: AuthenticatedCaller) {
    return { me: caller.token.sub };
  }

  @Roles('ADMIN')
  @Get('secret')
  secret() {
    return { secret: 'secret' };
  }
}

/** @param more options of the GraphQL module */
export async function createNest(
  parts: ServiceParts,
  more: Partial<ApolloDriverConfig> = {},
  providers: readonly (new (...needs: never[]) => object)[] = [OrdersResolver],
  publicFields: readonly string[] = [],
): Promise<INestApplication> {
  @Module({
    imports: [
      LatchkeyModule.forRoot({ verifier: parts.verifier, publicFields }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        playground: false,
        subscriptions: { 'graphql-ws': createConnectionHooks(parts.verifier) as object },
        ...more,
      }),
    ],
    controllers: [OrdersController],
    providers: [{ provide: PARTS, useValue: parts }, ...providers],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  app.enableShutdownHooks();
  onTestFinished(() => app.close());
  return app;
}

export const nest: Kind = {
  name: 'NestJS',
  streams: 'websocket',
  hasStatus: false,
  async serve(parts) {
    const app = await createNest(parts);
    await app.listen(0, '127.0.0.1');
    return (await app.getUrl()).replace(/\/$/, '');
  },
};
