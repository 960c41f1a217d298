/** The contract of latchkey/verifier/mercurius, on a real server. */
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { mercuriusKind } from '../../support/verifier/kinds/mercurius.js';

passesContract(mercuriusKind);
