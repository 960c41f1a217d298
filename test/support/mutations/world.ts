/** A server with everyone that a mutation can be about: users, an administrator, revoked tokens, unused mailed codes. */
import { type Administrator, makeAdministrator } from '../app/administrators.js';
import { EMAIL, PASSWORD, type Tokens } from '../app/requests.js';
import type { TestApp, TestOptions } from '../app/start-app.js';
import { readAllRows, readRows } from '../database/stored-rows.js';
import { followLink, makeLoggedIn, makeUser, requestVerification, startMailApp, waitForOutbox } from '../mail/mail-app.js';
import type { ReceivedMail } from '../mail/mail-server.js';
import { createService } from '../services/services.js';
import { decode } from '../tokens/tokens.js';
import { act, logOut } from './mutations.js';

export interface World {
  readonly app: TestApp;
  /** The user that sends most of the mutations. */
  readonly ada: Tokens & { readonly id: string };
  /** Another session of the same user. */
  readonly phone: Tokens;
  /** A session of the same user that has ended. */
  readonly dead: Tokens;
  /** Another user. */
  readonly eve: Tokens & { readonly id: string };
  readonly disabledId: string;
  /** The credential of another service. */
  readonly serviceId: string;
  /** The only administrator. */
  readonly root: Administrator;
  /** Codes mailed to ada; the one for a registration belongs to a new user. */
  readonly codes: Readonly<Record<'registration' | 'verification' | 'reset' | 'emailChange', string>>;
}

/** Afterwards no mail is delivered: queued mails stay in their table. */
export async function startWorld(options: Pick<TestOptions, 'plugins'> = {}): Promise<World> {
  const { app, mails } = await startMailApp({ ...options, settings: { LOGIN_ATTEMPTS: '1000000', ADDRESS_ATTEMPTS: '1000000' } });
  const root = await makeAdministrator(app);
  const ada = withId(await makeLoggedIn(app));
  const phone = await app.login();
  const dead = await app.login();
  await logOut(app, { token: dead.accessToken });
  const eve = withId(await makeLoggedIn(app, 'eve@example.com'));
  const disabledId = await makeUser(app, 'finn@example.com');
  await app.app.administration.disableUser({ user: disabledId });
  const { id: serviceId } = await createService(app);
  await act(app, 'requestPasswordReset', { email: EMAIL });
  await requestVerification(app, ada.accessToken);
  await act(app, 'requestEmailChange', { newEmail: 'countess@example.com' }, ada.accessToken);
  await act(app, 'register', { email: 'grace@example.com', password: PASSWORD });
  await waitForOutbox(app);
  const codes = codesIn(mails.received);
  await mails.goDown();
  return { app, ada, phone, dead, eve, disabledId, serviceId, root, codes };
}

function withId(tokens: Tokens): Tokens & { id: string } {
  return { ...tokens, id: decode(tokens.accessToken).claims.sub };
}

function codesIn(received: readonly ReceivedMail[]): World['codes'] {
  const links = received.filter(({ text }) => text.includes('lkc_')).map(followLink);
  const codeFor = (page: string) => {
    const code = links.find((link) => link.page.endsWith(page))?.code;
    if (code === undefined) throw new Error(`no mail leads to ${page}`);
    return code;
  };
  return {
    registration: codeFor('/confirm-registration'),
    verification: codeFor('/verify-email'),
    reset: codeFor('/reset-password'),
    emailChange: codeFor('/confirm-email-change'),
  };
}

/** All rows except those that count or record refusals, and whether the live tokens are still live. */
export async function lookAt({ app, ada, phone, eve, root }: World): Promise<Record<string, unknown>> {
  const tables = [
    'User',
    'UserRole',
    'Session',
    'AccessToken',
    'BlacklistedToken',
    'RevocationState',
    'SigningKey',
    'MailCode',
    'ServiceCredential',
  ];
  const rows = readAllRows(app.dataDir, [
    ...tables.map((table) => `SELECT * FROM "${table}" ORDER BY 1, 2`),
    'SELECT id FROM OutgoingMail ORDER BY id',
    "SELECT * FROM AuditEvent WHERE kind NOT LIKE '%.failed' ORDER BY id",
  ]);
  return {
    ...Object.fromEntries([...tables, 'mails', 'events'].map((name, index) => [name, rows[index]])),
    live: await Promise.all([ada, phone, eve, root].map(({ accessToken }) => app.ask(accessToken))),
  };
}

/** The number of events of each kind. */
export function countEvents({ app }: World): Record<string, number> {
  const counts = readRows(app.dataDir, 'SELECT kind, count(*) AS count FROM AuditEvent GROUP BY kind');
  return Object.fromEntries(counts.map(({ kind, count }) => [String(kind), Number(count)]));
}
