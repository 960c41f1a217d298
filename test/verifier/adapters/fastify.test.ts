/** The contract of latchkey/verifier/fastify, on a real server. */
import { fastifyKind } from '../../support/verifier/kinds/fastify.js';
import { passesRouteContract } from '../../support/verifier/route-contract.js';

passesRouteContract(fastifyKind);
