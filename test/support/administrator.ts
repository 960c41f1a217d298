/** A server with an administrator who is logged in. */
import { PASSWORD, type Tokens } from './requests.js';
import { startApp, type TestApp, type TestOptions } from './start-app.js';

export const ADMIN_EMAIL = 'root@example.com';

export async function startWithAdministrator(options: TestOptions = {}): Promise<TestApp & { admin: Tokens }> {
  const app = await startApp(options);
  await app.app.administration.createUser({ email: ADMIN_EMAIL, password: PASSWORD, admin: true });
  return { ...app, admin: await app.login(ADMIN_EMAIL) };
}
