/** Latchkey embedded with a resolver of an application: `node bench/node.js`. PASSWORD_MEMORY_KIB makes hashing cheap, for set-ups with many sessions. */
import { createApp, readConfig } from '../dist/app.js';
import { OwnResolver } from './own-resolver.js';

const memory = process.env.PASSWORD_MEMORY_KIB;
const passwordCost = memory === undefined ? {} : { passwordCost: { memoryCost: Number(memory), timeCost: 2, parallelism: 1 } };

const app = await createApp({ config: readConfig(), resolvers: [OwnResolver], ...passwordCost });
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
console.log(`listens at ${await app.listen()}/graphql\nMetrics: ${app.metrics.listeningOrigin}/metrics\n`);
