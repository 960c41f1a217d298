/** Random GraphQL requests, most of them wrong: variables, directives, fragments, names and headers of every size and shape. */
import fc from 'fast-check';

export interface FuzzedRequest {
  /** The body as JSON. */
  readonly payload: string;
  readonly headers: Record<string, string>;
}

const LONG = 20_000;

/** Names that a schema does not have, some very long, and a few that it has. */
const names = fc.oneof(
  fc.constantFrom('input', 'email', 'password', 'scope', 'userId', '__proto__', 'constructor', 'toString', '_'),
  fc.stringMatching(/^[_A-Za-z]\w{0,12}$/),
  fc.nat(LONG).map((length) => `x${'y'.repeat(length)}`),
);

/** JSON that is nested this deeply can't be made from objects: the recursion would exhaust the stack of the test. */
const nested = (open: string, close: string) => fc.nat(9_000).map((levels) => `${open.repeat(levels)}1${close.repeat(levels)}`);

const repeated = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index)).join();

const manyFields = fc
  .tuple(fc.nat(6_000), fc.constantFrom('1', 'null', '"text"', '[]', '{}'))
  .map(([count, value]) => `{${repeated(count, (index) => `"field${index}":${value}`)}}`);

const manyItems = fc
  .tuple(fc.nat(15_000), fc.constantFrom('null', '1', '""', '{}', '[]'))
  .map(([count, value]) => `[${repeated(count, () => value)}]`);

/** Values as JSON. */
const values = fc.oneof(
  fc.json({ maxDepth: 4 }),
  manyFields,
  manyItems,
  nested('[', ']'),
  nested('{"input":', '}'),
  fc.string({ maxLength: LONG, size: 'max' }).map((text) => JSON.stringify(text)),
);

const inputs = fc
  .array(fc.tuple(names, values), { maxLength: 6 })
  .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`);

const directives = fc
  .array(
    fc.tuple(fc.constantFrom('include', 'skip', 'aa', 'deprecated', 'oneOf'), fc.constantFrom('', '(if: true)', '(if: $v)', '(x: 1)')),
    {
      maxLength: 60,
    },
  )
  .map((all) => all.map(([name, argument]) => `@${name}${argument}`).join(' '));

const TYPES = [
  'LoginInput!',
  'LogoutInput',
  '[ID!]!',
  'LogoutScope!',
  'Boolean = 7',
  'LoginInput = {email: $v}',
  'Nothing',
  'Query',
  'Int!',
];

const definitions = fc
  .array(fc.tuple(names, fc.constantFrom(...TYPES), directives), { maxLength: 40 })
  .map((all) => (all.length === 0 ? '' : `(${all.map(([name, type, places]) => `$${name}: ${type} ${places}`).join(', ')})`));

/** Fields, aliases and spreads of fragments that may not exist, or contain themselves. */
const selections: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.tuple(names, directives).map(([name, places]) => `${name} ${places}`),
      fc.tuple(names, fc.constantFrom('__typename', 'me { id }', 'logout { endedSessions }')).map(([alias, field]) => `${alias}: ${field}`),
      fc.nat(12).map((fragment) => `...F${fragment}`),
      fc.constantFrom(
        'me { id }',
        '__typename',
        '... on User { id }',
        'login(input: $input) { accessToken }',
        'login(input: 7) { userErrors { code } }',
      ),
      fc.nat(200).map((depth) => `${'me { '.repeat(depth)}id${' }'.repeat(depth)}`),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => all.join(' '));

const fragments = fc
  .array(fc.tuple(fc.constantFrom('Query', 'Mutation', 'User', 'Nothing'), selections), { maxLength: 12 })
  .map((all) => all.map(([type, body], index) => `fragment F${index} on ${type} { ${body} }`).join(' '));

const blanks = fc.tuple(fc.constantFrom('\n', '\r\n', ' ', ',', '#x\n'), fc.nat(9_000)).map(([blank, count]) => blank.repeat(count));

const documents = fc
  .tuple(fc.constantFrom('query', 'mutation', 'subscription'), definitions, directives, blanks, selections, fragments)
  .map(([kind, variables, places, space, body, rest]) => `${kind} Q${variables} ${places} { ${space} ${body} } ${rest}`);

/** A document that the schema accepts, so that the variables are read. */
const accepted = fc.constantFrom(
  'mutation ($input: LoginInput!) { login(input: $input) { userErrors { code } } }',
  'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { userErrors { code } } }',
  'query ($input: ID!) { user(id: $input) { id } }',
  'query ($input: Int) { users(first: $input) { nodes { id } } }',
  'subscription ($input: ID) { sessionEvents(after: $input) { id } }',
);

const headers = fc.dictionary(
  fc.constantFrom(
    'accept-language',
    'origin',
    'cookie',
    'user-agent',
    'x-forwarded-for',
    'latchkey-refresh-token',
    'authorization',
    'accept',
  ),
  fc.oneof(
    fc.constantFrom('*/*', 'application/json', 'cookie', 'Bearer x.y.z', 'http://localhost'),
    fc.tuple(fc.constantFrom('a/b,', 'a=b;', '"', '1.1.1.1,', 'Bearer ', '('), fc.nat(1_500)).map(([part, count]) => part.repeat(count)),
  ),
  { maxKeys: 4 },
);

const operations = fc.oneof(
  fc.tuple(documents, inputs),
  fc.tuple(
    accepted,
    fc.oneof(
      inputs,
      values.map((input) => `{"input":${input}}`),
    ),
  ),
);

const extensions = fc.oneof(fc.constant('null'), fc.constant('{"persistedQuery":{"version":1,"sha256Hash":"a"}}'), values);

const operationNames = fc.oneof(
  fc.constant('null'),
  names.map((name) => JSON.stringify(name)),
  values,
);

export const requests: fc.Arbitrary<FuzzedRequest> = fc
  .tuple(operations, operationNames, extensions, headers)
  .map(([[query, variables], operationName, more, sent]) => {
    const payload = `{"query":${JSON.stringify(query)},"variables":${variables},"operationName":${operationName},"extensions":${more}}`;
    return { payload, headers: sent };
  });
