/** Administrators for tests: made as an operator makes them, acting as a client does. */
import { mutate, userErrorsOf } from './mutations.js';
import { PASSWORD, type Tokens } from './requests.js';
import type { TestApp } from './start-app.js';

export type Administrator = Tokens & { readonly id: string };

/** Logs in a fresh administrator. */
export async function makeAdministrator(app: TestApp, email = 'root@example.com'): Promise<Administrator> {
  const made = await app.app.administration.createUser({ email, password: PASSWORD, admin: true });
  if (made.kind === 'failed') throw new Error(`no administrator: ${made.failures[0]?.code}`);
  return { ...(await app.login(email)), id: made.result.id };
}

/** `ok`, the codes of what went wrong, or the code and reason of the error. */
export async function act(app: TestApp, name: string, input: object, token?: string): Promise<string> {
  const answer = await mutate(app, name, input, 'userErrors { code }', token);
  const [error] = answer.errors ?? [];
  if (error === undefined) return userErrorsOf(answer, name);
  return [error.extensions.code, error.extensions.reason].filter(Boolean).join(' ');
}
