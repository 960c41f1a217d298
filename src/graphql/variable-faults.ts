/** Finds the first variable that does not fit its type, before anything is executed. */
import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** The work at one fault stops here: the rest of the value is not looked at. */
const STOP = Symbol('the first fault was found');

/** The recursion that reads a deeper value could exhaust the stack. */
export const MAX_VARIABLE_DEPTH = 100;
/** The fields and list items of one variable, at all levels together. Each is read several times before a resolver decides anything. */
export const MAX_VARIABLE_VALUES = 10_000;

/** A fault of a scalar may quote the whole value after its first words. */
const LONGEST_FAULT = 300;

/**
 * An execution would find the same fault, but graphql-js prints the whole value into each of up to 50 errors. 8,000 unknown fields (77 KB)
 * then cost a hundred times what it costs to read them. This stops at the first fault and prints no value.
 *
 * @returns an error with the code BAD_USER_INPUT, which quotes nothing that the client sent
 */
export function findVariableFault(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Variables): GraphQLError | null {
  for (const definition of operation.variableDefinitions ?? []) {
    const fault = faultOf(schema, definition, variables);
    if (fault === null) continue;
    const message = `Variable "$${definition.variable.name.value}" ${fault}`.trimEnd();
    return new GraphQLError(message, { nodes: definition, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
  }
  return null;
}

function faultOf(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
  variables: Variables,
): string | null {
  const { value: name } = variable.name;
  // The document is valid, so the type exists and is an input type.
  const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]) as GraphQLInputType;
  const isGiven = Object.hasOwn(variables, name);
  if (!isGiven) return isNonNullType(type) && defaultValue === undefined ? `of required type "${type}" was not provided.` : null;
  if (variables[name] === null) return isNonNullType(type) ? `of non-null type "${type}" must not be null.` : null;
  if (!isWithinLimits(variables[name]))
    return `holds more than ${MAX_VARIABLE_VALUES} values, or nests them deeper than ${MAX_VARIABLE_DEPTH} levels.`;
  const fault = firstFaultOf(variables[name], type);
  return fault === null ? null : `got an invalid value. ${nameFault(fault.slice(0, LONGEST_FAULT))}`;
}

function firstFaultOf(value: unknown, type: GraphQLInputType): string | null {
  let fault = '';
  try {
    // Without suggestions: they compare an unknown name with each known one, letter by letter.
    coerceInputValue(value, type, (_path, _value, error) => stopAt(error), true);
    return null;
  } catch (error) {
    if (error !== STOP) throw error;
    return fault;
  }
  function stopAt({ message }: GraphQLError): never {
    fault = message;
    throw STOP;
  }
}

/** Whether the value of a variable is small enough to be read. */
export function isWithinLimits(variable: unknown): boolean {
  let left = MAX_VARIABLE_VALUES;
  const isWithin = (value: unknown, levels: number): boolean => {
    if (typeof value !== 'object' || value === null) return true;
    const parts = Object.values(value);
    left -= parts.length;
    return levels > 0 && left >= 0 && parts.every((part) => isWithin(part, levels - 1));
  };
  return isWithin(variable, MAX_VARIABLE_DEPTH);
}

/** Keeps the parts of a fault that name the schema, not the value. */
function nameFault(message: string): string {
  const faults = [
    /Field "\w{1,64}" of required type "[\w![\]]{1,80}" was not provided\./,
    /Field "\w{1,64}" is not defined by type "\w{1,64}"\./,
    /Expected non-nullable type "[\w![\]]{1,80}" not to be null\./,
    /Expected type "\w{1,64}" to be an object\./,
    /(?:String|ID|Int|Float|Boolean|Enum "\w{1,64}") cannot represent (?:a )?non[- ]\w+(?: \w+)? value/,
  ];
  return faults.map((fault) => fault.exec(message)?.[0]).find((text) => text !== undefined) ?? '';
}
