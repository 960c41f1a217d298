/** Builds the schema from the resolvers: ours, and those of an embedding application. */
import 'reflect-metadata';
import { assertValidSchema, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import type { RevocationCheck } from '../revocation/revocation-check.js';
import { AdministrationResolver } from './administration.resolver.js';
import { AuditEventResolver } from './audit-event.resolver.js';
import { createAuthChecker } from './auth-checker.js';
import { EmailResolver } from './email.resolver.js';
import { EmailConfirmationResolver } from './email-confirmation.resolver.js';
import { guardInTurn } from './guards.js';
import { LiveResolver } from './live.resolver.js';
import { LoginResolver } from './login.resolver.js';
import { LogoutResolver } from './logout.resolver.js';
import { OwnUserResolver } from './own-user.resolver.js';
import { PasswordRecoveryResolver } from './password-recovery.resolver.js';
import { RefreshTokenResolver } from './refresh-token.resolver.js';
import { RegistrationResolver } from './registration.resolver.js';
import { ServerStatusResolver } from './server-status.resolver.js';
import { SessionResolver } from './session.resolver.js';
import { UserResolver } from './user.resolver.js';
import { UserDirectoryResolver } from './user-directory.resolver.js';

export type { PubSub } from 'type-graphql';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
type ResolverClass = Function;

/** Resolvers whose operations anybody may call, listed in docs/protocol.md; and those that carry `@Authorized`. */
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
