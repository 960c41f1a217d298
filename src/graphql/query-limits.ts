/** How much one request may ask for: tokens, lines, depth, aliases, directives, cost. */
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTNode,
  type ASTVisitor,
  type DefinitionNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/**
 * The parser stops at this many tokens, before validation begins. Validation compares equal fields, which takes time in the square of
 * their number.
 */
export const MAX_TOKENS = 500;
export const MAX_DEPTH = 10;
export const MAX_ALIASES = 15;
export const MAX_DIRECTIVES = 10;
/** The standard has two directives for one place, `@skip` and `@include`. */
export const MAX_DIRECTIVES_IN_ONE_PLACE = 4;
/** Validation stops after this many errors and says so in one more. An error costs as much as the text before it is long. */
export const MAX_ERRORS = 5;
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

/** The rule above counts the directives of selections. This one sees all others too, such as those of variables. */
function directivesInOnePlaceRule(context: ValidationContext): ASTVisitor {
  const enter = (node: ASTNode) => {
    if (!('directives' in node) || (node.directives?.length ?? 0) <= MAX_DIRECTIVES_IN_ONE_PLACE) return;
    context.reportError(new GraphQLError(`More than ${MAX_DIRECTIVES_IN_ONE_PLACE} directives in one place.`, { nodes: node }));
  };
  return { enter };
}

const CONDITIONAL = ['skip', 'include'];

/**
 * GraphQL, section 6.2.3 (September 2025): no `@skip` and no `@include` at the root of a subscription. Without a field there is nothing
 * to subscribe to. While it validates, graphql-js 16 evaluates `@include(if: $variable)` there without variables, and throws. So this rule
 * hides a subscription that it has found faulty: the other rules go on with a document without it.
 */
function unconditionalSubscriptionRule(context: ValidationContext): ASTVisitor {
  const faults: GraphQLError[] = [];
  const seen = new Set<string>();
  const look = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      const found = selection.directives?.find(({ name }) => CONDITIONAL.includes(name.value));
      if (found !== undefined) faults.push(new GraphQLError('A subscription needs its field in any case.', { nodes: found }));
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? context.getFragment(selection.name.value)?.selectionSet : undefined;
      if (selection.kind === Kind.INLINE_FRAGMENT) look(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || inner === undefined || seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      look(inner);
    }
  };
  const isFaulty = (definition: DefinitionNode): boolean => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== 'subscription') return false;
    seen.clear();
    const before = faults.length;
    look(definition.selectionSet);
    return faults.length > before;
  };
  return {
    Document(document) {
      const definitions = document.definitions.filter((definition) => !isFaulty(definition));
      for (const fault of faults) context.reportError(fault);
      return faults.length === 0 ? undefined : { ...document, definitions };
    },
  };
}

export const queryLimits: readonly ValidationRule[] = [
  directivesInOnePlaceRule,
  maxDepthRule({ n: MAX_DEPTH, ...onRejection }),
  // An empty list of exceptions: an alias of `__typename` costs as much as any other.
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...onRejection }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...onRejection }),
  costLimitRule({ maxCost: MAX_COST, ...onRejection }),
  // The last one, since the rules after it do not see the beginning of a document that it changes.
  unconditionalSubscriptionRule,
];

/** How validation reports what it finds. Names of the schema are suggested only where everybody may read it. */
export function validationOptions({ introspection }: { readonly introspection: boolean }) {
  return { maxErrors: MAX_ERRORS, hideSuggestions: !introspection };
}

/** All validation rules, for operations that do not go through Apollo Server: the same rules that it applies, with the limits. */
export function validationRules({ introspection }: { readonly introspection: boolean }): readonly ValidationRule[] {
  return [...specifiedRules, ...queryLimits, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
}
