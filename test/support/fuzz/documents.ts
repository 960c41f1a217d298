/** Random valid documents for a schema: aliases, merged fields, fragments, variables with defaults, literals, directives. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from '../app/random.js';

export interface GeneratedRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** A document with more is refused for its size, and shows nothing. */
const MOST_ALIASES = 12;
const MOST_DIRECTIVES = 4;
const DEEPEST = 4;

/**
 * @param isAsked whether a root field may be asked for
 * @param kind the kind of the operation
 */
export function generateDocument(
  schema: GraphQLSchema,
  random: Random,
  isAsked: (field: string) => boolean,
  kind: 'query' | 'mutation' = 'query',
): GeneratedRequest {
  return new DocumentWriter(schema, random, isAsked).write(kind);
}

class DocumentWriter {
  readonly #fragments = new Map<string, { readonly on: string; readonly text: string }>();
  readonly #definitions: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  #names = 0;
  #aliases = 0;
  #directivesLeft: number;
  /** One abstract type or one directive decides how a whole document is executed, so most documents have none. */
  readonly #asksAbstract: boolean;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
    private readonly isAsked: (field: string) => boolean,
  ) {
    this.#directivesLeft = this.#chance(4) ? MOST_DIRECTIVES : 0;
    this.#asksAbstract = this.#chance(4);
  }

  write(kind: 'query' | 'mutation'): GeneratedRequest {
    const root = kind === 'query' ? this.schema.getQueryType() : this.schema.getMutationType();
    if (!root) throw new Error(`the schema has no ${kind}`);
    const selection = this.#selection(root, 0);
    const definitions = this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`;
    const fragments = [...this.#fragments].map(([name, { on, text }]) => `fragment ${name} on ${on} ${text}`);
    return { query: [`${kind} ${definitions}${selection}`, ...fragments].join('\n'), variables: this.#variables };
  }

  /** One chance in `of`. */
  #chance(of: number): boolean {
    return this.random.below(of) === 0;
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[this.random.below(items.length)] as Item;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const parts = Array.from({ length: 1 + this.random.below(4) }, () => this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLNamedType, depth: number): string {
    if (this.#chance(8)) return this.#inlineFragment(type, depth);
    if (this.#chance(8)) return this.#spread(type, depth);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const askable = fields.filter(
      (field) => (!this.#isRoot(type) || this.isAsked(field.name)) && (!hasFields(field) || this.#mayEnter(field, depth)),
    );
    if (askable.length === 0 || this.#chance(10)) return '__typename';
    return this.#field(this.#oneOf(askable), depth);
  }

  #isRoot(type: GraphQLNamedType): boolean {
    return type === this.schema.getQueryType() || type === this.schema.getMutationType();
  }

  #mayEnter({ type }: GraphQLField<unknown, unknown>, depth: number): boolean {
    return depth < DEEPEST && (this.#asksAbstract || !isAbstractType(getNamedType(type)));
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    // The same response key must mean the same, so a field with arguments gets a name of its own.
    const needsAlias = field.args.length > 0 || this.#chance(8);
    if (needsAlias && this.#aliases >= MOST_ALIASES) return '__typename';
    if (needsAlias) this.#aliases += 1;
    const alias = needsAlias ? `${this.#name('a')}: ` : '';
    const values = field.args.flatMap((argument) => this.#argument(argument));
    const given = values.length === 0 ? '' : `(${values.join(', ')})`;
    const selection = hasFields(field) ? ` ${this.#selection(getNamedType(field.type), depth + 1)}` : '';
    return `${alias}${field.name}${given}${this.#directive()}${selection}`;
  }

  #inlineFragment(type: GraphQLNamedType, depth: number): string {
    const on = this.#oneOf(this.#typesIn(type));
    const condition = on === type && this.#chance(2) ? '' : ` on ${on.name}`;
    return `...${condition}${this.#directive()} ${this.#selection(on, depth)}`;
  }

  #spread(type: GraphQLNamedType, depth: number): string {
    const on = this.#oneOf(this.#typesIn(type));
    const known = [...this.#fragments].filter((fragment) => fragment[1].on === on.name).map(([name]) => name);
    if (known.length > 0 && this.#chance(2)) return `...${this.#oneOf(known)}${this.#directive()}`;
    const text = this.#selection(on, Math.max(depth, 2));
    const name = this.#name('F');
    this.#fragments.set(name, { on: on.name, text });
    return `...${name}${this.#directive()}`;
  }

  /** Types of which a value of this type may be. */
  #typesIn(type: GraphQLNamedType): readonly GraphQLNamedType[] {
    if (isAbstractType(type)) return [type, ...this.schema.getPossibleTypes(type)];
    return isObjectType(type) ? [type, ...type.getInterfaces()] : [type];
  }

  #directive(): string {
    if (this.#directivesLeft === 0 || !this.#chance(6)) return '';
    this.#directivesLeft -= 1;
    const value = this.#chance(2) ? String(this.#chance(2)) : this.#variable('Boolean!', this.#chance(2), null);
    return ` @${this.#oneOf(['include', 'skip'])}(if: ${value})`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string[] {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    if (!isRequired && this.#chance(3)) return [];
    if (this.#chance(3)) return [`${name}: ${literalOf(this.#value(type, 0), type)}`];
    const value = this.#value(type, 0);
    const usual = this.#chance(2) ? literalOf(this.#value(getNullableType(type), 0), type) : null;
    // With a default a nullable variable fits a required place, and null may still arrive there.
    return [`${name}: ${this.#variable(String(usual === null ? type : getNullableType(type)), value, usual)}`];
  }

  #variable(type: string, value: unknown, defaultText: string | null): string {
    const name = this.#name('v');
    const usual = defaultText === null ? '' : ` = ${defaultText}`;
    this.#definitions.push(`$${name}: ${type}${usual}`);
    // Now and then none, null or a wrong one.
    if (!(usual !== '' && this.#chance(2))) this.#variables[name] = this.#chance(25) ? this.#oneOf([null, 'wrong', [7]]) : value;
    return `$${name}`;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, depth);
    return depth > 0 && this.#chance(5) ? null : this.#present(type, depth);
  }

  #present(type: GraphQLInputType, depth: number): unknown {
    if (isListType(type)) return Array.from({ length: this.random.below(3) }, () => this.#value(type.ofType, depth + 1));
    if (isEnumType(type)) return this.#oneOf(type.getValues()).name;
    if (!isInputObjectType(type)) return type.name === 'Boolean' ? this.#chance(2) : type.name === 'String' ? 'ü"\n' : this.random.below(9);
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || (depth < 2 && this.#chance(2)));
    return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.type, depth + 1)]));
  }
}

function hasFields({ type }: GraphQLField<unknown, unknown>): boolean {
  const named = getNamedType(type);
  return isObjectType(named) || isAbstractType(named);
}

function literalOf(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (value === null) return 'null';
  if (isListType(nullable)) return `[${(value as unknown[]).map((item) => literalOf(item, nullable.ofType)).join(', ')}]`;
  if (isEnumType(nullable)) return String(value);
  if (!isInputObjectType(nullable)) return JSON.stringify(value);
  const fields = Object.entries(value as object).map(([name, part]) => {
    const { type: partType } = nullable.getFields()[name] as { type: GraphQLInputType };
    return `${name}: ${literalOf(part, partType)}`;
  });
  return `{${fields.join(', ')}}`;
}
