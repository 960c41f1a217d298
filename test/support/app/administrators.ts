/** Administrators for tests: created the way an operator creates them, acting through the API like any client. */
import { PASSWORD, type Tokens } from './requests.js';
import { startApp, type TestApp, type TestOptions } from './start-app.js';

export const ADMIN_EMAIL = 'root@example.com';

export type Administrator = Tokens & { readonly id: string };

/** Creates an administrator and logs in. */
export async function makeAdministrator(app: Pick<TestApp, 'app' | 'login'>, email = ADMIN_EMAIL): Promise<Administrator> {
  const made = await app.app.administration.createUser({ email, password: PASSWORD, admin: true });
  if (made.kind === 'failed') throw new Error(`no administrator: ${made.failures[0]?.code}`);
  return { ...(await app.login(email)), id: made.result.id };
}

export async function startWithAdministrator(options: TestOptions = {}): Promise<TestApp & { admin: Administrator }> {
  const app = await startApp(options);
  return { ...app, admin: await makeAdministrator(app) };
}
