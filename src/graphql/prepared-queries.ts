/** Executes repeated queries without Apollo Server's pipeline, which has parsed and validated each of them once. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import type { ExecutePrepared, Outcome } from '../caller/prepared-query.js';
import { isWithinLimits } from './variable-faults.js';

/** The pipeline names the fault of a variable, so the first one ends the work here. */
const FIRST_FAULT = { maxCoercionErrors: 0 };

export class PreparedQueries {
  /**
   * @param documents those that the pipeline has found valid. New ones are not validated here: that takes milliseconds, and only in the
   *   pipeline do anonymous requests wait for their turn.
   */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly documents: { find(text: string): DocumentNode | undefined },
  ) {}

  /** @returns null if the text is new, invalid or no query: then the pipeline must answer */
  find(text: string, operationName: string | null | undefined): ExecutePrepared | null {
    const document = this.documents.find(text);
    const asked = document && getOperationAST(document, operationName);
    if (document === undefined || asked?.operation !== 'query') return null;
    const names = asked.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
    const operation = { schema: this.schema, document, operationName: operationName ?? null, options: FIRST_FAULT };
    return (contextValue, variables) => {
      const variableValues = variables ?? {};
      if (!names.every((name) => isWithinLimits(variableValues[name]))) return null;
      return withData(execute({ ...operation, contextValue, variableValues }));
    };
  }
}

/** A result without data means that a variable is invalid and nothing was executed. It becomes null: the pipeline must answer. */
function withData(result: ReturnType<typeof execute>): Outcome {
  return result instanceof Promise ? result.then(withDataOrNull) : withDataOrNull(result);
}

function withDataOrNull(result: ExecutionResult): ExecutionResult | null {
  return result.data === undefined ? null : result;
}
