/** How much one request may ask for: tokens, depth, aliases, directives, cost. */
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, NoSchemaIntrospectionCustomRule, specifiedRules, type ValidationContext, type ValidationRule } from 'graphql';

/**
 * The parser stops at this many tokens, before validation begins. Validation compares equal fields, which takes time in the square of
 * their number.
 */
export const MAX_TOKENS = 500;
export const MAX_DEPTH = 10;
export const MAX_ALIASES = 15;
export const MAX_DIRECTIVES = 10;
/** A page of 100 events with every field costs 9,000 if `first` stands in the text. The rule does not look into variables. */
export const MAX_COST = 10_000;

/** A rejection is reported like any other validation error. If it were thrown, it would look like a fault of the server. */
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

/** All validation rules, for operations that do not go through Apollo Server: the same rules that it applies, with the limits. */
export function validationRules({ introspection }: { readonly introspection: boolean }): readonly ValidationRule[] {
  return [...specifiedRules, ...queryLimits, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
}
