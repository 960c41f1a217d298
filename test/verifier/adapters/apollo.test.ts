/** The contract of latchkey/verifier/apollo, on a real server. */
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { apollo } from '../../support/verifier/kinds/apollo.js';

passesContract(apollo);
