/** No refusal and no log line contains a value that a client sent: it may be a password in the wrong place. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { type GraphqlAnswer } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';

const SECRET = 'hunter2';
/** Digits only, for places that take a number. */
const PIN = '7777777';
const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
const literal = (password: string) => `mutation { login(input: { email: "a", password: ${password} }) { accessToken } }`;

type Operation = readonly [query: string, variables?: object];

const REFUSED: Record<string, Operation> = {
  'a name': [literal(SECRET)],
  'two names': [literal(`correct ${SECRET}`)],
  'three names': [literal(`correct horse ${SECRET}`)],
  'a number': [literal(PIN)],
  'two numbers': [literal(`12 ${PIN}`)],
  'a number with letters': [literal(`12${SECRET}`)],
  'a float': [literal(`1 ${PIN}.5`)],
  'a variable that is none': [literal(`$${SECRET}`)],
  'a quotation that does not end': [literal(`"${SECRET}`)],
  'a quotation in a quotation': [literal(`"x" "a\\"${SECRET}"`)],
  'a block': [literal(`"x" """a"b ${SECRET}"""`)],
  'a broken escape': [literal(`"\\u{110000}${SECRET}"`)],
  'single quotation marks': [literal(`'${SECRET}'`)],
  'an object': [literal(`{ x: "${SECRET}" }`)],
  'a list': [literal(`["${SECRET}"]`)],
  'a string for the input': [`mutation { login(input: "${SECRET}") { accessToken } }`],
  'a list for the input': [`mutation { login(input: ["${SECRET}"]) { accessToken } }`],
  'a field that is missing': [`mutation { login(input: { email: "${SECRET}" }) { accessToken } }`],
  'a field that is unknown': [`mutation { login(input: { email: "a", passwort: "${SECRET}" }) { accessToken } }`],
  'an argument that is unknown': [`mutation { login(password: "${SECRET}") { accessToken } }`],
  'an argument of a scalar': [`{ me { id(x: "${SECRET}") } }`],
  'an unknown directive': [`{ __typename @foo(a: "${SECRET}") }`],
  'a condition': [`{ __typename @include(if: "${SECRET}") }`],
  'an enum value': [`mutation { logout(input: { scope: ${SECRET} }) { endedSessions } }`],
  'a string for an enum value': [`mutation { logout(input: { scope: "${SECRET}" }) { endedSessions } }`],
  'a default': [`query($a: Int = "${SECRET}") { __typename }`],
  'a literal beside a null': [
    `mutation($e: String = "x") { login(input: { email: $e, password: "${SECRET}" }) { accessToken } }`,
    { e: null },
  ],
  'a default beside a null': [
    `mutation($i: LoginInput = { email: "a", password: "${SECRET}" }) { login(input: $i) { accessToken } }`,
    { i: null },
  ],
  'different arguments': [`mutation { login(input: { email: "a", password: "${SECRET}" }) { accessToken } login { accessToken } }`],
  'the bare password': [SECRET],
  'the password for an operation': [`${SECRET} { me { id } }`],
  'a number in a variable': [LOGIN, { input: { email: 'a', password: Number(PIN) } }],
  'an object in a variable': [LOGIN, { input: { email: 'a', password: { [SECRET]: SECRET } } }],
  'a list in a variable': [LOGIN, { input: { email: 'a', password: [SECRET] } }],
  'null beside a password': [LOGIN, { input: { email: null, password: SECRET } }],
  'a variable of which a part is missing': [LOGIN, { input: { password: SECRET } }],
  'a variable of which a part is unknown': [LOGIN, { input: { email: 'a', password: SECRET, passwort: SECRET } }],
  'a string for a variable of an input': [LOGIN, { input: SECRET }],
  'a list for a variable of an input': [LOGIN, { input: [SECRET] }],
  'an enum variable': ['mutation($s: LogoutScope!) { logout(input: { scope: $s }) { endedSessions } }', { s: SECRET }],
  'a boolean variable': ['query($b: Boolean!) { __typename @include(if: $b) }', { b: SECRET }],
  'an id variable': ['mutation($s: ID!) { revokeSession(input: { sessionId: $s }) { session { id } } }', { s: { x: SECRET } }],
  'a text that looks like a fault': [LOGIN, { input: { email: 'a', password: [`x"; Expected type "${SECRET}`] } }],
};

const CODES = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'];

test('no shape of a wrong operation brings the password back, nor into the log', async () => {
  const { log, text } = collectLog();
  const { send } = await startApp({ log });
  for (const [shape, [query, variables]] of Object.entries(REFUSED)) {
    const answer: GraphqlAnswer = await send(query, { variables });
    expect.soft(answer.text, shape).not.toMatch(new RegExp(`${SECRET}|${PIN}|stack`));
    expect.soft(CODES, shape).toContain(answer.errors?.[0]?.extensions.code);
    expect.soft(answer.status, shape).toBeLessThan(500);
    expect.soft(answer.errors?.[0]?.message.length, shape).toBeGreaterThan(10);
  }
  expect(text()).not.toMatch(new RegExp(`${SECRET}|${PIN}`));
});

test('the same is true of what is no operation at all', async () => {
  const { log, text } = collectLog();
  const { app } = await startApp({ log });
  const bodies = [
    `{"query":"${SECRET}`,
    SECRET,
    `"${SECRET}"`,
    `["${SECRET}"]`,
    JSON.stringify({ query: { [SECRET]: SECRET } }),
    JSON.stringify({ query: '{ __typename }', variables: SECRET }),
    JSON.stringify({ query: '{ __typename }', variables: [SECRET] }),
    JSON.stringify({ query: '{ __typename }', extensions: SECRET }),
    JSON.stringify({ query: 'query A { __typename }', operationName: SECRET }),
    JSON.stringify({ query: 'query A { __typename }', operationName: [SECRET] }),
    JSON.stringify({ [SECRET]: SECRET }),
  ];
  for (const payload of bodies) {
    const { statusCode, payload: answer } = await app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expect.soft(statusCode, payload).toBe(400);
    expect.soft(answer, payload).not.toContain(SECRET);
  }
  const { payload: notFound } = await app.server.inject(`/elsewhere?password=${SECRET}`);
  expect(notFound).not.toContain(SECRET);
  expect(text()).not.toContain(SECRET);
});

test('right credentials, tokens and emails never stand in the log, not even at its most talkative', async () => {
  const { log, text } = collectLog();
  const { register, login, refresh, send, app } = await startApp({ log });
  const first = await register('someone@example.com');
  const second = await login('someone@example.com');
  const { tokens } = await refresh(second.refreshToken);
  await send('mutation { logout { endedSessions } }', { token: first.accessToken });
  await app.listen();
  for (const secret of [first.accessToken, first.refreshToken, tokens?.accessToken, tokens?.refreshToken, 'someone@', 'correct horse']) {
    expect(text()).not.toContain(secret);
  }
});
