/** Writes docs/console/: a screenshot of each page of the console, light, dark and on a phone, as an administrator sees it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, withPages } from './pages.js';

const folder = join(root, 'docs/console');
const PASSWORD = 'correct horse battery';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1200, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1200, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
];

mkdirSync(folder, { recursive: true });
await withPages({}, async ({ app, address, browser }) => {
  const login = (email, how) => logIn(address, email, how);
  await app.administration.createUser({ email: 'root@example.com', password: PASSWORD, name: 'Root', admin: true });
  await app.administration.createUser({ email: 'ada@example.com', password: PASSWORD, name: 'Ada Lovelace' });
  await login('ada@example.com', { userAgent: PHONE });
  await login('root@example.com', { userAgent: PHONE });
  await login('root@example.com', { deviceName: 'Work laptop' });
  await app.administration.createServiceCredential({ name: 'Orders', audience: 'orders' });
  for (const look of LOOKS) await photograph({ address, browser, login }, look);
});

async function logIn(address, email, { deviceName, userAgent = 'curl/8' }) {
  const query = 'mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }';
  await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ query, variables: { input: { email, password: PASSWORD, deviceName } } }),
  });
}

async function photograph({ address, browser, login }, { name: look, ...options }) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const take = async (name) => {
    await page.mouse.move(0, 0);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
  };
  const open = async (link, heading = link) => {
    await page.getByRole('link', { name: link, exact: true }).click();
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  };
  await page.goto(`${address}/account/sign-up`);
  await page.getByRole('heading', { name: 'Register' }).waitFor();
  await take('register');
  await page.goto(`${address}/account/lost-password`);
  await page.getByRole('heading', { name: 'Lost password' }).waitFor();
  await take('lost-password');
  await page.goto(`${address}/account/reset-password#code=lkc_${'A'.repeat(43)}`);
  await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
  await take('reset-password');
  await page.goto(`${address}/account`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await take('log-in');
  await page.getByLabel('Email').fill('root@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: 'Server' }).waitFor();
  await page.getByText('Work laptop').waitFor();
  await take('sessions');
  await open('Email');
  await page.getByText('not verified yet').waitFor();
  await take('email');
  await open('Password');
  await take('password');
  await open('Security events');
  await page.getByRole('cell', { name: 'Logged in' }).first().waitFor();
  await take('events');
  await open('Check a token');
  await page.getByRole('button', { name: 'Use the token of this session' }).click();
  await page.getByText('Accepted', { exact: true }).waitFor();
  await take('token');
  await open('Server');
  await login('ada@example.com', { userAgent: PHONE });
  await page.getByRole('cell', { name: 'Logged in' }).first().waitFor();
  await take('server');
  await open('Services');
  await page.getByRole('cell', { name: 'Orders' }).first().waitFor();
  await take('services');
  await open('Users');
  await page.getByRole('link', { name: 'ada@example.com' }).waitFor();
  await take('users');
  await open('ada@example.com');
  await page.getByText('Safari on iPhone').first().waitFor();
  await take('user');
  // The page shows an accepted token while its session ends elsewhere.
  await open('Check a token');
  const other = await context.request.post(`${address}/graphql`, {
    data: {
      query: `mutation { login(input: { email: "ada@example.com", password: "${PASSWORD}" }) { accessToken } }`,
    },
  });
  const { accessToken } = (await other.json()).data.login;
  await page.getByLabel('Access token').fill(accessToken);
  await page.getByText('Accepted', { exact: true }).waitFor();
  await context.request.post(`${address}/graphql`, {
    headers: { authorization: `Bearer ${accessToken}` },
    data: { query: 'mutation { logout { endedSessions } }' },
  });
  await page.getByText('Refused: revoked').waitFor();
  await take('token-revoked');
  await context.close();
}
