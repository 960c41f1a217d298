/** Executes queries and mutations that were parsed and found valid before: those of plain requests and those of open connections. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import type { ExecutePrepared, Outcome } from '../caller/prepared-operation.js';
import { type Plan, planOf } from './execution-plan.js';
import { isWithinLimits } from './variable-faults.js';

/** The valid documents by their text, bounded. */
export interface Documents {
  find(text: string): DocumentNode | undefined;
  keep(text: string, document: DocumentNode): void;
}

/** The pipeline names the fault of a variable, so the first one ends the work here. */
const FIRST_FAULT = { maxCoercionErrors: 0 };

export class PreparedOperations {
  /** A plan lives as long as its document is kept. Null for a document without one. */
  readonly #plans = new WeakMap<DocumentNode, Plan | null>();

  /**
   * @param documents nothing new is validated here: that takes milliseconds, and plain requests of strangers wait for their turn in the
   *   pipeline only
   */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly documents: Pick<Documents, 'find'>,
  ) {}

  /** @returns null if the text is new or invalid, or names no query or mutation: then the pipeline must answer */
  find(text: string, operationName: string | null | undefined): ExecutePrepared | null {
    const document = this.documents.find(text);
    return document === undefined ? null : this.of(document, operationName);
  }

  /** @returns null if a valid document has no such query or mutation */
  of(document: DocumentNode, operationName: string | null | undefined): ExecutePrepared | null {
    const asked = getOperationAST(document, operationName);
    if (!asked || asked.operation === 'subscription') return null;
    const names = asked.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
    const run = this.#planOf(document) ?? this.#byGraphqlJs(document, operationName);
    return (contextValue, variables) => {
      const values = variables ?? {};
      return names.every((name) => isWithinLimits(values[name])) ? run(contextValue, values) : null;
    };
  }

  #planOf(document: DocumentNode): Plan | null {
    const known = this.#plans.get(document);
    if (known !== undefined) return known;
    const plan = planOf(this.schema, document);
    this.#plans.set(document, plan);
    return plan;
  }

  #byGraphqlJs(document: DocumentNode, operationName: string | null | undefined): Plan {
    const operation = { schema: this.schema, document, operationName: operationName ?? null, options: FIRST_FAULT };
    return (contextValue, variableValues) => withData(execute({ ...operation, contextValue, variableValues }));
  }
}

/** A result without data means that a variable is invalid and nothing was executed. It becomes null. */
function withData(result: ReturnType<typeof execute>): Outcome {
  return result instanceof Promise ? result.then(withDataOrNull) : withDataOrNull(result);
}

function withDataOrNull(result: ExecutionResult): ExecutionResult | null {
  return result.data === undefined ? null : result;
}
