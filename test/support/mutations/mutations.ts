/** Sends one mutation with one input and shortens the answer to its outcome. */
import type { Client, GraphqlAnswer } from '../app/requests.js';

/** Sends `name(input: …)` with the input as a variable. */
export function mutate(client: Client, name: string, input: object, selection: string, token?: string): Promise<GraphqlAnswer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  return client.send(`mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { variables: { input }, token });
}

export interface LogoutOptions {
  readonly token?: string | undefined;
  readonly scope?: 'CURRENT' | 'OTHERS' | 'ALL';
  readonly refreshToken?: string;
}

/** The number of sessions that a logout ended, or the code (and reason) of its refusal. */
export async function logOut(client: Client, { token, ...input }: LogoutOptions): Promise<number | string> {
  const answer = await mutate(client, 'logout', input, 'loggedOutAt endedSessions userErrors { code }', token);
  const payload = answer.data?.logout;
  if (!payload) return failureOf(answer);
  if (payload.userErrors.length > 0) return payload.userErrors.map((error: { code: string }) => error.code).join(' ');
  if (payload.loggedOutAt === null) throw new Error(`a logout that succeeded has no instant: ${answer.text}`);
  return payload.endedSessions;
}

/** Sends a mutation. Returns `ok`, the codes of the user errors, or the code and reason of the error. */
export async function act(client: Client, name: string, input: object, token?: string): Promise<string> {
  const answer = await mutate(client, name, input, 'userErrors { code }', token);
  return answer.errors === undefined ? userErrorsOf(answer, name) : failureOf(answer);
}

/** The code and reason of the first error; throws if there is none. */
export function failureOf({ errors, text }: GraphqlAnswer): string {
  const [error] = errors ?? [];
  if (error === undefined) throw new Error(`expected an error: ${text}`);
  const { code, reason } = error.extensions;
  return [code, reason].filter(Boolean).join(' ');
}

/** `ok`, or the codes of the user errors. */
export function userErrorsOf({ data, text }: GraphqlAnswer, name: string): string {
  const payload = data?.[name];
  if (!payload) throw new Error(`expected a payload: ${text}`);
  return payload.userErrors.map((error: { code: string }) => error.code).join(' ') || 'ok';
}
