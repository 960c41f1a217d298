/** How much one request may ask for: tokens, depth, aliases, directives, cost. */
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, NoSchemaIntrospectionCustomRule, specifiedRules, type ValidationContext, type ValidationRule } from 'graphql';

/**
 * The parser stops there, before anything else has looked at the document. Comparing equal fields, which validation does,
 * costs the square of their number.
 */
export const MAX_TOKENS = 500;
export const MAX_DEPTH = 10;
export const MAX_ALIASES = 15;
export const MAX_DIRECTIVES = 10;
/** A page of 100 events, with all there is to ask, costs 9,000 when `first` stands in the text; a variable is not looked into. */
export const MAX_COST = 10_000;

/** A rejection is reported like any other fault of validation; thrown, it would look like a fault of the server. */
const onRejection = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) => {
      context?.reportError(new GraphQLError(error.message.replace('Syntax Error: ', '')));
    },
  ],
};

export const queryLimits: readonly ValidationRule[] = [
  maxDepthRule({ n: MAX_DEPTH, ...onRejection }),
  // An empty list of exceptions: an alias of `__typename` costs as much as any other.
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...onRejection }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...onRejection }),
  costLimitRule({ maxCost: MAX_COST, ...onRejection }),
];

/** All that a document is held against: what Apollo Server does with the limits, for what does not pass through it. */
export function validationRules({ introspection }: { readonly introspection: boolean }): readonly ValidationRule[] {
  return [...specifiedRules, ...queryLimits, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
}
