/** Builds the schema from the resolvers: ours, and those of an embedding application. */
import 'reflect-metadata';
import { assertValidSchema, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import { createAuthChecker } from './door/auth-checker.js';
import { guardInTurn } from './door/guards.js';
import { EmailResolver } from './features/accounts/email.resolver.js';
import { EmailConfirmationResolver } from './features/accounts/email-confirmation.resolver.js';
import { OwnUserResolver } from './features/accounts/own-user.resolver.js';
import { PasswordRecoveryResolver } from './features/accounts/password-recovery.resolver.js';
import { RegistrationResolver } from './features/accounts/registration.resolver.js';
import { AdministrationResolver } from './features/administration/administration.resolver.js';
import { UserDirectoryResolver } from './features/administration/user-directory.resolver.js';
import { AuditEventResolver } from './features/audit/audit-event.resolver.js';
import { ServerStatusResolver } from './features/operations/server-status.resolver.js';
import { LiveResolver } from './features/sessions/live.resolver.js';
import { LoginResolver } from './features/sessions/login.resolver.js';
import { LogoutResolver } from './features/sessions/logout.resolver.js';
import { RefreshTokenResolver } from './features/sessions/refresh-token.resolver.js';
import { SessionResolver } from './features/sessions/session.resolver.js';
import { UserResolver } from './features/users/user.resolver.js';
import type { RevocationCheck } from './revocation/revocation-check.js';

export type { PubSub } from 'type-graphql';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
type ResolverClass = Function;

/** Resolvers whose operations anybody may call, listed in docs/internals/protocol.md; and those that carry `@Authorized`. */
const CORE_RESOLVERS = [
  LoginResolver,
  RegistrationResolver,
  PasswordRecoveryResolver,
  EmailConfirmationResolver,
  RefreshTokenResolver,
  LogoutResolver,
  UserResolver,
  SessionResolver,
  OwnUserResolver,
  EmailResolver,
  AdministrationResolver,
  UserDirectoryResolver,
  AuditEventResolver,
  LiveResolver,
  ServerStatusResolver,
] as const;

/**
 * @param instances one instance for every resolver class that is not made without arguments
 * @param own the resolvers of an embedding application
 * @param pubSub where subscriptions hear of events
 */
export function createSchema(
  check: RevocationCheck,
  instances: ReadonlyMap<ResolverClass, object>,
  own: readonly ResolverClass[],
  pubSub: PubSub,
): GraphQLSchema {
  const container = { get: (resolver: ResolverClass) => instances.get(resolver) };
  const resolvers = [...CORE_RESOLVERS, ...own] as unknown as NonEmptyArray<ResolverClass>;
  const authChecker = createAuthChecker(check);
  // Its own check asks the finished schema for everything there is in it.
  const options = { resolvers, pubSub, container, orphanedTypes: [], validate: false as const, skipCheck: true };
  const schema = buildSchemaSync({ ...options, authChecker });
  assertValidSchema(schema);
  // Without one it refuses to build; null is none.
  const bare = buildSchemaSync({ ...options, authChecker: null as never });
  guardInTurn(schema, bare, resolvers, authChecker);
  describe(schema.getQueryType(), 'What can be asked.');
  describe(schema.getMutationType(), 'What can be done.');
  describe(schema.getSubscriptionType(), 'What can be listened to.');
  return schema;
}

/** type-graphql has no place for the description of a root type. */
function describe(root: { description: string | null | undefined } | null | undefined, description: string): void {
  if (root) root.description = description;
}

/** The public API as text, in an order that does not depend on the code's. */
export function printPublicSchema(): string {
  const never: RevocationCheck = { ask: () => 'revoked' };
  const nobodyHears: PubSub = {
    publish: () => undefined,
    subscribe() {
      throw new Error('this schema is printed, not served');
    },
  };
  const header = '# The public API of Latchkey. Emitted by `npm run schema`, never edited.\n\n';
  return `${header}${printSchema(lexicographicSortSchema(createSchema(never, new Map(), [], nobodyHears)))}\n`;
}
