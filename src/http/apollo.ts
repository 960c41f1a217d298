/** Sets up Apollo Server: nothing depends on NODE_ENV, no internals leak to clients, and every internal failure is logged once. */
import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
  type GraphQLRequestContextDidResolveOperation,
} from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import type { Answer, StreamRequest } from '../caller/stream-door.js';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import type { Explorer } from './explorer.js';
import type { ReportFailures } from './failure-log.js';

type Resolved<Context extends BaseContext> = GraphQLRequestContextDidResolveOperation<Context>;

/** The GraphQL settings. The composition root passes them in, since src/http must not import src/graphql. */
export interface GraphqlParts<Context extends BaseContext>
  extends Pick<ApolloServerOptions<Context>, 'schema' | 'validationRules' | 'validationOptions' | 'documentStore'> {
  readonly formatError: NonNullable<ApolloServerOptions<Context>['formatError']>;
  readonly report: ReportFailures;
  /** @returns why an operation must not run, or null */
  readonly findFault: (operation: Resolved<Context>['operation'], variables: Resolved<Context>['request']['variables']) => Error | null;
  readonly maxTokens: number;
  readonly plugins: readonly ApolloServerPlugin<Context>[];
}

export function createApollo<Context extends BaseContext & { readonly requestId: string }>(
  { schema, validationRules, validationOptions, documentStore, formatError, report, findFault, maxTokens, plugins }: GraphqlParts<Context>,
  { introspection }: Pick<Config, 'introspection'>,
  { landingPage }: Pick<Explorer, 'landingPage'>,
  log: Log,
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: schema as NonNullable<typeof schema>,
    validationRules: validationRules ?? [],
    validationOptions: validationOptions ?? {},
    parseOptions: { maxTokens },
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    documentStore: documentStore ?? null,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: log,
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      // Only for schemas of a federation, yet its encoder of 200 KB would be loaded at every start.
      ApolloServerPluginInlineTraceDisabled(),
      landingPage,
      reportFailures(report),
      refuseFaults(findFault),
      ...plugins,
    ],
  });
}

function reportFailures<Context extends BaseContext & { readonly requestId: string }>(report: ReportFailures): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue }) {
          report(errors, contextValue.requestId);
        },
      };
    },
  };
}

function refuseFaults<Context extends BaseContext>(findFault: GraphqlParts<Context>['findFault']): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request }) {
          const fault = findFault(operation, request.variables);
          if (fault !== null) throw fault;
        },
      };
    },
  };
}

/** Runs a query or mutation of a WebSocket or an event stream through the pipeline, so that plugins can follow it. */
export async function executeOperation<Context extends BaseContext>(
  apollo: ApolloServer<Context>,
  { request: { query, operationName, variables }, contextValue }: { readonly request: StreamRequest; readonly contextValue: Context },
): Promise<Answer> {
  const { body } = await apollo.executeOperation(
    { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
    { contextValue },
  );
  if (body.kind !== 'single') throw new Error('an incremental answer is not supported');
  return { ...body.singleResult };
}
