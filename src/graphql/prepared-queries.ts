/** Queries that come again and again: read and validated once, then executed without the pipeline of Apollo Server. */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from './context.js';
import { MAX_TOKENS } from './query-limits.js';

export interface QueryRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** What a query gives, or null where the pipeline must say what is wrong with the request. */
export type Outcome = ExecutionResult | null | Promise<ExecutionResult | null>;

export type ExecutePrepared = (context: RequestContext, variables: QueryRequest['variables']) => Outcome;

/** Characters of all operations together that are kept: about 20 MB once they are read. */
const KEPT_CHARACTERS = 200_000;

export class PreparedQueries {
  /** Texts that came once. One that never comes again, because it carries values, is not worth the work. */
  readonly #met = new LRUCache<string, true>({ maxSize: KEPT_CHARACTERS, sizeCalculation: (_, text) => text.length + 1 });
  /** Null: it is no query that could be executed here. */
  readonly #documents = new LRUCache<string, DocumentNode | 'unfit'>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly rules: readonly ValidationRule[],
  ) {}

  /** @returns null for what is new, wrong, or no query: that is the pipeline's */
  find(text: string, operationName: string | null | undefined): ExecutePrepared | null {
    const document = this.#documents.get(text) ?? this.#prepare(text);
    if (document === 'unfit' || getOperationAST(document, operationName)?.operation !== 'query') return null;
    const { schema } = this;
    return (contextValue, variableValues) =>
      withData(execute({ schema, document, operationName: operationName ?? null, contextValue, variableValues: variableValues ?? {} }));
  }

  #prepare(text: string): DocumentNode | 'unfit' {
    if (this.#met.get(text) === undefined) {
      this.#met.set(text, true);
      return 'unfit';
    }
    const document = this.#read(text);
    this.#documents.set(text, document);
    return document;
  }

  #read(text: string): DocumentNode | 'unfit' {
    try {
      const document = parse(text, { maxTokens: MAX_TOKENS });
      return validate(this.schema, document, this.rules).length === 0 ? document : 'unfit';
    } catch (error) {
      if (error instanceof GraphQLError) return 'unfit';
      throw error;
    }
  }
}

/** Without data nothing was executed: a variable is wrong. */
function withData(result: ReturnType<typeof execute>): Outcome {
  return result instanceof Promise ? result.then(withDataOrNull) : withDataOrNull(result);
}

function withDataOrNull(result: ExecutionResult): ExecutionResult | null {
  return result.data === undefined ? null : result;
}
