/**
 * A plan executes an operation that comes again: its fields, resolvers and types are looked up once. Directives, abstract types and
 * everything unusual have no plan; graphql-js executes such an operation as a whole.
 */
import { inspect } from 'node:util';
import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getVariableValues,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  typeFromAST,
} from 'graphql';
import type { Outcome, Variables } from '../caller/prepared-operation.js';
import {
  addError,
  type Complete,
  completeItems,
  executeFields,
  executeSerially,
  isPromise,
  nameOf,
  type PlannedField,
  type Run,
} from './planned-fields.js';

/** Executes one operation. @returns null if a variable is invalid: then nothing was executed */
export type Plan = (contextValue: unknown, variables: NonNullable<Variables>) => Outcome;

/** The pipeline names the fault of a variable, so the first one ends the work here. */
const FIRST_FAULT = { maxErrors: 0 };

/**
 * Fragments can ask for far more fields than a text is long. A plan holds at most one for each so many characters, so plans are bounded as
 * the texts are.
 */
const CHARACTERS_OF_A_FIELD = 3;

const NO_PLAN = Symbol('graphql-js executes this operation');

/** @returns null if graphql-js must execute the operation */
export function planOf(schema: GraphQLSchema, document: DocumentNode): Plan | null {
  const [operation, ...others] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode[];
  // Many operations that share a fragment would be many plans of one text.
  if (operation === undefined || others.length > 0) return null;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType || operation.operation === 'subscription') return null;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION) as FragmentDefinitionNode[];
  try {
    const fields = new Planner(schema, fragments, (document.loc?.end ?? 0) / CHARACTERS_OF_A_FIELD).plan(rootType, [
      operation.selectionSet,
    ]);
    return createPlan(schema, operation, fragments, fields);
  } catch (reason) {
    if (reason === NO_PLAN) return null;
    throw reason;
  }
}

function createPlan(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  fields: readonly PlannedField[],
): Plan {
  const execute =
    operation.operation === 'mutation'
      ? (run: Run) => executeSerially(run, fields)
      : (run: Run) => executeFields(run, fields, undefined, undefined);
  return (contextValue, variables) => {
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, FIRST_FAULT);
    if (coerced === undefined) return null;
    const run: Run = {
      schema,
      operation,
      contextValue,
      variableValues: coerced,
      fragments: mapOf(fragments),
      errors: [],
      nulled: new Set(),
    };
    const respond = (data: unknown) => (run.errors.length === 0 ? { data } : { errors: run.errors, data });
    const fail = (error: unknown) => {
      addError(run, error, undefined);
      return respond(null);
    };
    try {
      const data = execute(run);
      return isPromise(data) ? data.then(respond, fail) : respond(data);
    } catch (error) {
      return fail(error);
    }
  };
}

function mapOf(fragments: readonly FragmentDefinitionNode[]): Run['fragments'] {
  const map: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const fragment of fragments) map[fragment.name.value] = fragment;
  return map;
}

type Nodes = PlannedField['nodes'];

/** Plans the fields of one operation. It throws NO_PLAN at whatever it leaves to graphql-js. */
class Planner {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: readonly FragmentDefinitionNode[],
    private fieldsLeft: number,
  ) {}

  plan(parentType: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): readonly PlannedField[] {
    const found = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<string>();
    for (const { selections } of selectionSets) this.collect(parentType, selections, found, spread);
    return [...found].map(([key, nodes]) => this.planField(parentType, key, nodes));
  }

  private collect(
    parentType: GraphQLObjectType,
    selections: readonly SelectionNode[],
    found: Map<string, [FieldNode, ...FieldNode[]]>,
    spread: Set<string>,
  ): void {
    for (const selection of selections) {
      if (selection.directives !== undefined && selection.directives.length > 0) throw NO_PLAN;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const nodes = found.get(key);
        if (nodes === undefined) found.set(key, [selection]);
        else nodes.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.take(selection.name.value, spread);
      if (fragment !== undefined && this.isFor(parentType, fragment)) {
        this.collect(parentType, fragment.selectionSet.selections, found, spread);
      }
    }
  }

  /** A fragment counts once in one place, however often it is spread there. */
  private take(name: string, spread: Set<string>): FragmentDefinitionNode | undefined {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.fragments.find((fragment) => fragment.name.value === name);
  }

  private isFor(type: GraphQLObjectType, { typeCondition }: FragmentDefinitionNode | InlineFragmentNode): boolean {
    if (typeCondition === undefined) return true;
    const wanted = typeFromAST(this.schema, typeCondition);
    return wanted === type || (isAbstractType(wanted) && this.schema.isSubType(wanted, type));
  }

  private planField(parentType: GraphQLObjectType, key: string, nodes: Nodes): PlannedField {
    const { value: name } = nodes[0].name;
    const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parentType.getFields()[name];
    this.fieldsLeft -= 1;
    // Introspection is no field of the type. `__proto__` would set the prototype of the answer.
    if (definition === undefined || key === '__proto__' || this.fieldsLeft < 0) throw NO_PLAN;
    const resolve = definition.resolve ?? defaultFieldResolver;
    return { key, parentType, definition, nodes, resolve, complete: this.completerOf(definition.type, nodes) };
  }

  private completerOf(type: GraphQLOutputType, nodes: Nodes): Complete {
    if (!isNonNullType(type)) return orNull(this.valueCompleterOf(type, nodes));
    const complete = orNull(this.valueCompleterOf(type.ofType, nodes));
    return (run, field, path, value) => {
      const completed = complete(run, field, path, value);
      if (completed === null) throw new Error(`Cannot return null for non-nullable field ${nameOf(field)}.`);
      return completed;
    };
  }

  private valueCompleterOf(type: GraphQLOutputType, nodes: Nodes): Complete {
    if (isLeafType(type)) return (_run, _field, _path, value) => completeLeaf(type, value);
    if (isListType(type)) {
      const item = { type: type.ofType, complete: this.completerOf(type.ofType, nodes) };
      return (run, field, path, value) => completeItems(run, field, path, value, item);
    }
    if (!isObjectType(type) || type.isTypeOf) throw NO_PLAN;
    const fields = this.plan(
      type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
    return (run, _field, path, value) => executeFields(run, fields, value, path);
  }
}

function orNull(complete: Complete): Complete {
  return (run, field, path, value) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(run, field, path, value);
  };
}

function completeLeaf(type: GraphQLLeafType, value: unknown): unknown {
  const serialized = type.serialize(value);
  if (serialized !== null && serialized !== undefined) return serialized;
  throw new Error(`Expected \`${type}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${serialized}`);
}
