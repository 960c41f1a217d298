/** An attacker who guesses passwords, and the answers to the guesses. */
import { type Client, EMAIL, PASSWORD } from '../app/requests.js';
import type { TestApp } from '../app/start-app.js';
import { readRows } from '../database/stored-rows.js';

export interface Guess {
  readonly email?: string;
  readonly password?: string;
  /** The address that the guess comes from. */
  readonly from?: string;
  readonly headers?: Record<string, string>;
}

export const WRONG = 'INVALID_CREDENTIALS';
export const LIMITED = 'RATE_LIMITED';
export const RIGHT = 'ok';

/** `ok`, or the code of the refused login. */
export async function guess(app: Client, { email = EMAIL, password = 'not the password', from, headers }: Guess = {}): Promise<string> {
  const answer = await app.send('mutation($input: LoginInput!) { login(input: $input) { accessToken userErrors { code } } }', {
    variables: { input: { email, password } },
    from,
    ...(headers && { headers }),
  });
  const payload = answer.data?.login;
  if (!payload) return String(answer.errors?.[0]?.extensions.code);
  return payload.userErrors[0]?.code ?? (payload.accessToken ? RIGHT : 'nothing');
}

/** Logs in with the correct password. */
export function logInFrom(app: TestApp, from: string, email = EMAIL): Promise<string> {
  return guess(app, { from, email, password: PASSWORD });
}

/** Tries passwords under aliases in one document. Returns the outcome of each, in document order. */
export async function tryInOneDocument(app: TestApp, passwords: readonly string[], { from, email = EMAIL }: Guess = {}): Promise<string[]> {
  const fields = passwords.map((_, index) => `a${index}: login(input: { email: $email, password: $p${index} }) { ...Outcome }`);
  const declared = passwords.map((_, index) => `$p${index}: String!`).join(' ');
  const query = `mutation($email: String! ${declared}) { ${fields.join(' ')} } fragment Outcome on LoginPayload { accessToken userErrors { code } }`;
  const variables = Object.fromEntries([['email', email], ...passwords.map((password, index) => [`p${index}`, password])]);
  const { data, errors = [], text } = await app.send(query, { variables, from });
  if (!data) throw new Error(`nothing was tried: ${text}`);
  return passwords.map((_, index) => {
    const payload = data[`a${index}`];
    if (payload) return payload.userErrors[0]?.code ?? RIGHT;
    return String(errors.find(({ path }) => path?.[0] === `a${index}`)?.extensions.code);
  });
}

/** Guesses one after another and counts the answers of each kind. */
export async function guessOften(app: Client, times: number, next: (index: number) => Guess = () => ({})): Promise<Record<string, number>> {
  const answers: string[] = [];
  for (let index = 0; index < times; index += 1) answers.push(await guess(app, next(index)));
  return tally(answers);
}

export function tally(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

/** The counts in the table by budget, the smallest first. */
export function countsOf({ dataDir }: Pick<TestApp, 'dataDir'>): Record<string, number[]> {
  const counts: Record<string, number[]> = {};
  for (const { key, points } of readRows(dataDir, 'SELECT key, points FROM AttemptCount WHERE points > 0 ORDER BY points')) {
    const [budget = ''] = String(key).split(':');
    counts[budget] = [...(counts[budget] ?? []), Number(points)];
  }
  return counts;
}
