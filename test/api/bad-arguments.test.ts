/** Every mutation with every kind of bad argument gives the same code each time and changes nothing. */
import { type GraphQLInputField, getNamedType, isEnumType, isListType, isNonNullType } from 'graphql';
import { expect, test } from 'vitest';
import { type MutationExample, sendMutation, tokenFor } from '../support/mutations/mutation-example.js';
import { EXAMPLES, PUBLIC_MUTATIONS } from '../support/mutations/public-mutations.js';
import { lookAt, startWorld, type World } from '../support/mutations/world.js';

type Input = Readonly<Record<string, unknown>>;

/** A request, its token, and the expected answer. */
interface Cell {
  readonly what: string;
  readonly input: unknown;
  readonly token: string | undefined;
  readonly answer: string;
}

const BAD_TEXTS = {
  'an empty text': '',
  'a NUL': '\u0000',
  'half of a surrogate pair': '\ud800',
  'a terminal sequence': '\u001b[2J',
  'a line break': '\n',
};
const LONG = 'x'.repeat(90_000);
const HUGE = 'x'.repeat(1_000_000);

const exampleOf = (name: string): MutationExample => {
  const example = EXAMPLES[name];
  if (example === undefined) throw new Error(`${name} has no example: add one to test/support/mutations/*-mutations.ts`);
  return example;
};

test('every mutation of the schema has an example, with what is said of each text in its input', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(PUBLIC_MUTATIONS.map(([name]) => name).sort());
  for (const [name, fields] of PUBLIC_MUTATIONS) {
    const texts = fields.filter(({ type }) => ['String', 'ID'].includes(getNamedType(type).name));
    const { texts: known, refused } = exampleOf(name);
    expect.soft(Object.keys(known).sort(), name).toEqual(texts.map((field) => field.name).sort());
    expect.soft(Object.keys(refused).length > 0 || fields.length === 0, name).toBe(true);
  }
});

/** A bad text in the place of each good one. An empty text is none where the text is optional: `empty-texts.test.ts` says what it means. */
function badTexts(example: MutationExample, fields: readonly GraphQLInputField[], right: Input, token: string | undefined): Cell[] {
  const isOptional = (name: string) => fields.some((field) => field.name === name && !isNonNullType(field.type));
  return Object.entries(example.texts).flatMap(([field, said]) => {
    const { bad, long } = typeof said === 'string' ? { bad: said, long: said } : said;
    const isList = Array.isArray(right[field]);
    const cellOf = (what: string, text: string, answer: string): Cell => {
      return { what: `${what} as ${field}`, input: { ...right, [field]: isList ? [text] : text }, token, answer };
    };
    return [
      ...Object.entries(BAD_TEXTS)
        .filter(([, text]) => text !== '' || !isOptional(field))
        .map(([what, text]) => cellOf(what, text, bad)),
      cellOf('90 KB', LONG, long),
      cellOf('1 MB', HUGE, 'PAYLOAD_TOO_LARGE'),
    ];
  });
}

/** Input that the schema rejects: wrong types, null, missing or extra fields. */
function wrongTypes(fields: readonly GraphQLInputField[], right: Input, token: string | undefined): Cell[] {
  const wrongValues = fields.flatMap(({ name, type, defaultValue }) => {
    const without = Object.fromEntries(Object.entries(right).filter(([key]) => key !== name));
    const inner = isNonNullType(type) ? type.ofType : type;
    const values = isListType(inner) ? [[null], [['x']], {}, 7] : [['x', 'y'], {}, 1.5, ...(isEnumType(inner) ? ['x'] : [])];
    const inputs: unknown[] = values.map((value) => ({ ...right, [name]: value }));
    if (isNonNullType(type)) inputs.push({ ...right, [name]: null });
    if (isNonNullType(type) && defaultValue === undefined) inputs.push(without);
    return inputs;
  });
  const inputs = fields.length === 0 ? [] : [...wrongValues, { ...right, nonsense: 1 }, null, 'x', [right, right]];
  return inputs.map((input) => ({ what: JSON.stringify(input), input, token, answer: 'BAD_USER_INPUT' }));
}

/** A valid input with a token that is not valid. */
function wrongTokens({ by }: MutationExample, { ada, dead }: World, input: Input | undefined): Cell[] {
  const tokens: [what: string, token: string | undefined, answer: string][] = [
    ['no token', undefined, 'UNAUTHENTICATED TOKEN_MISSING'],
    ['an empty token', '', 'UNAUTHENTICATED TOKEN_INVALID'],
    ['garbage', 'garbage', 'UNAUTHENTICATED TOKEN_INVALID'],
    ['a refresh token', ada.refreshToken, 'UNAUTHENTICATED TOKEN_INVALID'],
    ['a revoked token', dead.accessToken, 'UNAUTHENTICATED TOKEN_REVOKED'],
  ];
  if (by === 'administrator') tokens.push(['the token of a user', ada.accessToken, 'FORBIDDEN']);
  return by === 'anybody' ? [] : tokens.map(([what, token, answer]) => ({ what, input, token, answer }));
}

test.each(PUBLIC_MUTATIONS)('%s refuses every bad argument, and nothing has changed', async (name, fields) => {
  const world = await startWorld();
  const example = exampleOf(name);
  const input = example.input?.(world);
  const right = input ?? {};
  const token = tokenFor(world, example.by);
  const wrongForUsers = Object.entries(example.refused).map(([what, refuse]): Cell => {
    const [instead, answer] = refuse(world);
    return { what, input: { ...right, ...instead }, token, answer };
  });
  const cells = [
    ...badTexts(example, fields, right, token),
    ...wrongForUsers,
    ...wrongTypes(fields, right, token),
    ...wrongTokens(example, world, input),
  ];
  expect(cells.length).toBeGreaterThan(4);
  const before = await lookAt(world);
  for (const { what, answer, ...sent } of cells) {
    expect.soft(await sendMutation(world, name, sent.input, sent.token), what).toBe(answer);
    expect.soft(await lookAt(world), `after ${what}`).toEqual(before);
  }
});

test('a list that is asked for in a way that the schema does not know is not read', async () => {
  const { app, root } = await startWorld();
  const wrong = ['first: 1, last: 1', 'last: 1', 'before: "x"', 'first: "1"', 'first: 1.5', 'first: 2147483648', 'first: [1]', 'after: 1'];
  for (const list of ['users', 'auditEvents']) {
    for (const filter of wrong) {
      const { data, errors } = await app.send(`{ ${list}(${filter}) { nodes { id } } }`, { token: root.accessToken });
      expect.soft([data, errors?.[0]?.extensions.code], `${list}(${filter})`).toEqual([undefined, 'GRAPHQL_VALIDATION_FAILED']);
    }
  }
});
