/** Apollo Server, set up: nothing hangs on NODE_ENV, nothing internal leaks, every internal failure is logged once. */
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import type { ReportFailures } from './failure-log.js';
import type { Answer, StreamRequest } from './stream-door.js';

/** What the GraphQL side decides, handed in by the composition root. */
export interface GraphqlParts<Context extends BaseContext>
  extends Pick<ApolloServerOptions<Context>, 'schema' | 'validationRules' | 'documentStore'> {
  readonly formatError: NonNullable<ApolloServerOptions<Context>['formatError']>;
  readonly report: ReportFailures;
  readonly maxTokens: number;
  readonly plugins: readonly ApolloServerPlugin<Context>[];
}

/** The operation that Apollo Sandbox shows first. */
const SANDBOX_DOCUMENT = `# 1. Register (or log in), 2. copy the accessToken into the Authorization header below, 3. ask who you are, 4. log out, 5. ask again.
mutation Register {
  register(input: { email: "ada@example.com", password: "correct horse battery" }) {
    accessToken
    userErrors { code message }
  }
}

mutation Login {
  login(input: { email: "ada@example.com", password: "correct horse battery", deviceName: "Sandbox" }) {
    accessToken
    expiresAt
    userErrors { code message }
  }
}

query Me {
  me { id email roles }
}

mutation Logout {
  logout { loggedOutAt endedSessions }
}
`;

export function createApollo<Context extends BaseContext & { readonly requestId: string }>(
  { schema, validationRules, documentStore, formatError, report, maxTokens, plugins }: GraphqlParts<Context>,
  { introspection }: Pick<Config, 'introspection'>,
  log: Log,
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: schema as NonNullable<typeof schema>,
    validationRules: validationRules ?? [],
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
      introspection ? sandbox() : ApolloServerPluginLandingPageDisabled(),
      reportFailures(report),
      ...plugins,
    ],
  });
}

function sandbox() {
  const initialState = { document: SANDBOX_DOCUMENT, headers: { Authorization: 'Bearer <accessToken>' }, pollForSchemaUpdates: false };
  return ApolloServerPluginLandingPageLocalDefault({ embed: { runTelemetry: false, initialState } });
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

/** Runs a query or a mutation that did not come as a request of its own, through the same pipeline. */
export async function executeOperation<Context extends BaseContext>(
  apollo: ApolloServer<Context>,
  { query, operationName, variables }: StreamRequest,
  contextValue: Context,
): Promise<Answer> {
  const { body } = await apollo.executeOperation(
    { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
    { contextValue },
  );
  if (body.kind !== 'single') throw new Error('an incremental answer is not supported');
  return { ...body.singleResult };
}
