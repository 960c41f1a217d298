/** Queries that come again and again: read and validated once, by Apollo Server's pipeline, then executed without it. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import type { ExecutePrepared, Outcome } from '../caller/prepared-query.js';

export class PreparedQueries {
  /** @param documents what the pipeline has found to be valid: to validate takes milliseconds, and there nobody has waited for a turn */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly documents: { find(text: string): DocumentNode | undefined },
  ) {}

  /** @returns null for what is new, wrong, or no query: that is the pipeline's */
  find(text: string, operationName: string | null | undefined): ExecutePrepared | null {
    const document = this.documents.find(text);
    if (document === undefined || getOperationAST(document, operationName)?.operation !== 'query') return null;
    const { schema } = this;
    return (contextValue, variableValues) =>
      withData(execute({ schema, document, operationName: operationName ?? null, contextValue, variableValues: variableValues ?? {} }));
  }
}

/** Without data nothing was executed: a variable is wrong. */
function withData(result: ReturnType<typeof execute>): Outcome {
  return result instanceof Promise ? result.then(withDataOrNull) : withDataOrNull(result);
}

function withDataOrNull(result: ExecutionResult): ExecutionResult | null {
  return result.data === undefined ? null : result;
}
