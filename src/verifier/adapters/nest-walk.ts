/** What the guard of Nest does not reach: events after the first, fields with `@ResolveField`, and resolvers that Nest does not call. */
import type { OnApplicationBootstrap } from '@nestjs/common';
import { type DiscoveryService, MetadataScanner, type Reflector } from '@nestjs/core';
import type { GraphQLSchema } from 'graphql';
import type { Verifier } from '../contract.js';
import { createGate, type Gate } from './graphql-gate.js';
import { guardEvents, guardField, objectFields, refuse, rootFields } from './guarded-schema.js';
import { authenticateIn, declaredAt, type Holder } from './nest-guard.js';

/** The keys under which @nestjs/graphql keeps what its decorators say. */
const TYPE = 'graphql:resolver_type';
const NAME = 'graphql:resolver_name';
const IS_FIELD = 'graphql:resolve_property';

interface Handler {
  /** As `Type.field`. */
  readonly name: string;
  /** With `@ResolveField`: guards do not run before it, unless the application asks for that. */
  readonly isField: boolean;
  readonly roles: readonly string[] | undefined;
}

interface WalkNeeds {
  readonly discovery: DiscoveryService;
  readonly reflector: Reflector;
  /** Root fields that everybody may ask for, though no handler of Nest resolves them. */
  readonly publicFields: readonly string[];
}

/** Walks all schemas once the application is built, and before it listens. */
export class SchemaWalk implements OnApplicationBootstrap {
  constructor(
    private readonly verifier: Verifier,
    private readonly needs: WalkNeeds,
  ) {}

  static create(verifier: Verifier, needs: WalkNeeds): SchemaWalk {
    return new SchemaWalk(verifier, needs);
  }

  /** @throws TypeError with the names of all queries, mutations and subscriptions that the guard does not reach */
  onApplicationBootstrap(): void {
    const handlers = this.#findHandlers();
    const schemas = this.#findSchemas();
    if (schemas.length === 0 && handlers.length > 0) {
      throw new TypeError('There are resolvers, but no GraphQLSchemaHost of @nestjs/graphql was found: the schema cannot be checked.');
    }
    for (const schema of schemas) this.#walk(schema, handlers);
  }

  #walk(schema: GraphQLSchema, handlers: readonly Handler[]): void {
    const reached = new Set([...handlers.filter(({ isField }) => !isField).map(({ name }) => name), ...this.needs.publicFields]);
    const roots = rootFields(schema);
    const open = [...roots.keys()].filter((name) => !reached.has(name));
    refuse(open, 'No handler of Nest resolves them, so no guard runs. Name them in the option "publicFields", or write handlers.');
    const gate = this.#createGate();
    const subscriptions = schema.getSubscriptionType()?.name;
    for (const [name, field] of roots) if (name.startsWith(`${subscriptions}.`)) guardEvents(field, this.verifier);
    const fields = objectFields(schema);
    for (const { name, isField, roles } of handlers) {
      const field = fields.get(name);
      if (isField && roles !== undefined && field !== undefined) guardField(field, gate, roles);
    }
  }

  /** A field may be asked for before any guard has run: below a root field that no handler resolves. */
  #createGate(): Gate {
    const gate = createGate(this.verifier);
    return (context, roles) => {
      const holder = context as Holder;
      if (holder.caller !== undefined) return gate(context, roles);
      return authenticateIn(this.verifier, holder).then(() => gate(context, roles));
    };
  }

  #findHandlers(): Handler[] {
    const { discovery, reflector } = this.needs;
    const scanner = new MetadataScanner();
    return discovery.getProviders().flatMap(({ instance }) => {
      const prototype = typeof instance === 'object' && instance !== null ? Object.getPrototypeOf(instance) : null;
      if (prototype === null) return [];
      return scanner.getAllMethodNames(prototype).flatMap((method) => {
        const handler = prototype[method];
        const type = reflector.get<string | undefined>(TYPE, handler) ?? reflector.get<string | undefined>(TYPE, instance.constructor);
        const isField = reflector.get<boolean | undefined>(IS_FIELD, handler) === true;
        const isRoot = ['Query', 'Mutation', 'Subscription'].includes(reflector.get(TYPE, handler));
        if (type === undefined || (!isField && !isRoot)) return [];
        const name = `${type}.${reflector.get<string | undefined>(NAME, handler) ?? method}`;
        return [{ name, isField, roles: declaredAt(reflector, [handler, instance.constructor]).roles }];
      });
    });
  }

  #findSchemas(): GraphQLSchema[] {
    return this.needs.discovery
      .getProviders()
      .filter(({ instance }) => instance?.constructor?.name === 'GraphQLSchemaHost')
      .map(({ instance }) => instance.schema);
  }
}
