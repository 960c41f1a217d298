/** Prints the schema as a subgraph of Apollo Federation 2 describes itself: with `@link`, and the directives that a router needs. */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type NameNode,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { OperatorFault } from '../lib/operator-fault.js';
import { isAuthorizedField } from './authorized-fields.js';

/** The first version with `@authenticated`. */
const SPECIFICATION = 'https://specs.apollo.dev/federation/v2.5';

/** What every subgraph has, so that its description omits it (Federation subgraph specification). */
const OF_EVERY_SUBGRAPH = { types: ['_Service', '_Entity', '_Any'], fields: ['_service', '_entities'] };

/** Types that other subgraphs usually have too, with the same fields (Relay connections). */
const SHARED_TYPES = ['PageInfo'];

/** What an application may say with `@Directive` about its own types and fields. */
const OF_AN_APPLICATION = ['shareable', 'inaccessible', 'tag', 'override', 'authenticated', 'requiresScopes', 'policy'];
/** What would have this server resolve entities of the application, or trust what a router sends. */
const UNSUPPORTED = ['requires', 'external', 'provides', 'extends', 'interfaceObject', 'composeDirective'];

/** The part of a resolver's fourth argument that names the schema which is served. */
export type SchemaInfo = Pick<GraphQLResolveInfo, 'schema'>;

const known = new WeakMap<GraphQLSchema, string>();

/**
 * @returns the SDL for `_service { sdl }`, printed once for each schema
 * @throws OperatorFault if the application asks with a directive for what is not supported
 */
export function subgraphSdlOf(schema: GraphQLSchema): string {
  const sdl = known.get(schema) ?? printSubgraph(schema);
  known.set(schema, sdl);
  return sdl;
}

function printSubgraph(schema: GraphQLSchema): string {
  const used = new Set<string>();
  const directive = (name: string, fields?: string): ConstDirectiveNode => {
    used.add(name);
    return { kind: Kind.DIRECTIVE, name: nameNode(name), ...(fields && { arguments: [keyArgument(fields)] }) };
  };
  const ofApplication = (place: string, node: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined) =>
    (node?.directives ?? []).filter(({ name: { value: name }, arguments: given = [] }) => {
      const isStub = name === 'key' && given.some(({ name, value }) => name.value === 'resolvable' && print(value) === 'false');
      if (UNSUPPORTED.includes(name) || (name === 'key' && !isStub)) throw unsupported(name, place);
      if (isStub || OF_AN_APPLICATION.includes(name)) used.add(name);
      return isStub || OF_AN_APPLICATION.includes(name);
    });
  const entities = schema.getType('_Entity');
  const keyed = isUnionType(entities) ? entities.getTypes().map(({ name }) => name) : [];

  const fieldOf = (typeName: string, node: FieldDefinitionNode): FieldDefinitionNode => {
    const type = schema.getType(typeName);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined) return node;
    const own = ofApplication(`${typeName}.${field.name}`, field.astNode);
    const isTold = own.some(({ name }) => name.value === 'authenticated');
    const added = isAuthorizedField(field) && !isTold ? [directive('authenticated')] : [];
    return { ...node, directives: [...(node.directives ?? []), ...added, ...own] };
  };
  const typeOf = (node: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode => {
    const { value: name } = node.name;
    const added = [
      ...(keyed.includes(name) ? [directive('key', 'id')] : []),
      ...(SHARED_TYPES.includes(name) ? [directive('shareable')] : []),
    ];
    const own = ofApplication(name, schema.getType(name)?.astNode);
    const fields = node.fields?.filter((field) => !OF_EVERY_SUBGRAPH.fields.includes(field.name.value));
    return { ...node, directives: [...added, ...own], fields: fields?.map((field) => fieldOf(name, field)) ?? [] };
  };
  const document: DocumentNode = visit(parse(printSchema(schema)), {
    ObjectTypeDefinition: { enter: (node) => (isOfEverySubgraph(node) ? null : typeOf(node)) },
    UnionTypeDefinition: (node) => (isOfEverySubgraph(node) ? null : undefined),
    ScalarTypeDefinition: (node) => (isOfEverySubgraph(node) ? null : undefined),
    InterfaceTypeDefinition: (node) => ({
      ...node,
      directives: ofApplication(node.name.value, schema.getType(node.name.value)?.astNode),
      fields: node.fields?.map((field) => fieldOf(node.name.value, field)) ?? [],
    }),
  });
  const imports = [...used].sort().map((name) => `"@${name}"`);
  return `extend schema @link(url: "${SPECIFICATION}", import: [${imports.join(', ')}])\n\n${print(document)}\n`;
}

function isOfEverySubgraph({ name }: { readonly name: NameNode }): boolean {
  return OF_EVERY_SUBGRAPH.types.includes(name.value);
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

function keyArgument(fields: string) {
  return { kind: Kind.ARGUMENT, name: nameNode('fields'), value: { kind: Kind.STRING, value: fields } } as const;
}

function unsupported(directive: string, place: string): OperatorFault {
  return new OperatorFault(
    `${place} has the directive @${directive}, which this subgraph can't serve: it resolves User and Session only.`,
    {
      advice:
        directive === 'key'
          ? 'Refer to a type of another subgraph with @key(fields: "id", resolvable: false), or let that subgraph resolve it.'
          : 'Move the field to a subgraph of its own.',
    },
  );
}
