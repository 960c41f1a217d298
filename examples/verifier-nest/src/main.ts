/** A service with orders: NestJS, with GraphQL, WebSockets and a controller. A logout at the login server is honoured here at once. */
import 'reflect-metadata';
import { createPubSub } from '@graphql-yoga/subscription';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { type AuthenticatedCaller, createVerifier } from 'latchkey/verifier';
import { createConnectionHooks } from 'latchkey/verifier/graphql-ws';
import { CurrentCaller, LatchkeyModule, Public, Roles } from 'latchkey/verifier/nest';

const { LATCHKEY_URL = 'http://127.0.0.1:4000', LATCHKEY_CREDENTIAL = '', PORT = '4001' } = process.env;

const verifier = await createVerifier({ url: LATCHKEY_URL, credential: LATCHKEY_CREDENTIAL, audience: 'orders' });
const pubSub = createPubSub<{ orders: [string] }>();

@Resolver()
class OrdersResolver {
  @Public()
  @Query(() => String)
  hello(): string {
    return 'The shop is open.';
  }

  @Query(() => String)
  me(@CurrentCaller() caller: AuthenticatedCaller): string {
    return caller.token.sub;
  }

  @Mutation(() => String)
  placeOrder(@Args('title', { type: () => String }) title: string): string {
    pubSub.publish('orders', title);
    return title;
  }

  @Roles('ADMIN')
  @Mutation(() => Boolean)
  deleteAllOrders(): boolean {
    return true;
  }

  @Subscription(() => String, { resolve: (title: string) => title })
  orderPlaced(): AsyncIterable<string> {
    return pubSub.subscribe('orders');
  }
}

@Controller()
class OrdersController {
  @Get('orders.csv')
  orders(@CurrentCaller() caller: AuthenticatedCaller): string {
    return `orders of ${caller.token.sub}\n`;
  }
}

@Module({
  imports: [
    LatchkeyModule.forRoot({ verifier }),
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      includeStacktraceInErrorResponses: false,
      subscriptions: { 'graphql-ws': createConnectionHooks(verifier) as object },
    }),
  ],
  controllers: [OrdersController],
  providers: [OrdersResolver],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await verifier.ready();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`${await app.getUrl()}/graphql`);
