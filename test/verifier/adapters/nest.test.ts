/** The contract of latchkey/verifier/nest, on a real server. */
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { nest } from '../../support/verifier/kinds/nest.js';

passesContract(nest);
