/** One node with a resolver of its own that answers from memory, so that of an authorized request nothing but the check is left: `node bench/node.js`. */
import 'reflect-metadata';
import { Authorized, Query, Resolver } from 'type-graphql';
import { createApp, readConfig } from '../dist/app.js';

class OwnResolver {
  ownName() {
    return 'nobody';
  }
}
// What `@Resolver() class` and `@Authorized() @Query()` stand for, in a language without decorators.
Resolver()(OwnResolver);
const field = [OwnResolver.prototype, 'ownName', Object.getOwnPropertyDescriptor(OwnResolver.prototype, 'ownName')];
Query(() => String)(...field);
Authorized()(...field);

const app = await createApp({ config: readConfig(), resolvers: [OwnResolver] });
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
console.log(`listens at ${await app.listen()}/graphql\n`);
