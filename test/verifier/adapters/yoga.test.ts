/** The contract of latchkey/verifier/yoga, on a real server. */
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { yoga } from '../../support/verifier/kinds/yoga.js';

passesContract(yoga);
