/** The contract of latchkey/verifier/express, on a real server. */
import { expressKind } from '../../support/verifier/kinds/express.js';
import { passesRouteContract } from '../../support/verifier/route-contract.js';

passesRouteContract(expressKind);
