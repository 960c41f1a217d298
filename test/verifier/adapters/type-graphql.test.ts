/** The contract of latchkey/verifier/type-graphql, on a real server. */
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { typeGraphql } from '../../support/verifier/kinds/type-graphql.js';

passesContract(typeGraphql);
