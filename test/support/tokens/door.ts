/** Tries one Authorization header on a public field, an authorized one and `login`. */
import { EMAIL, PASSWORD } from '../app/requests.js';
import { startApp, type TestApp } from '../app/start-app.js';
import { decode, type Key, makeKey, signText, stealSigningKey } from './forging.js';

export interface Answers {
  /** `{ __typename }`, which anybody may ask for. */
  readonly publicField: string;
  readonly authorizedField: string;
  readonly login: string;
}

/** The answers to a denied caller: everything public, and the reason. */
export function denied(reason: string): Answers {
  return { publicField: 'ok', authorizedField: `UNAUTHENTICATED ${reason}`, login: 'ok' };
}

export const ACCEPTED: Answers = { publicField: 'ok', authorizedField: 'ok', login: 'ok' };

const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';

export async function knock(app: TestApp, authorization: string | string[] | undefined): Promise<Answers> {
  const headers: Record<string, string | string[]> = authorization === undefined ? {} : { authorization };
  const ask = async (query: string, variables?: object) => {
    const { status, data, errors } = await app.send(query, { headers, variables });
    if (status !== 200) return `HTTP ${status}`;
    const [error] = errors ?? [];
    if (error !== undefined) return [error.extensions.code, error.extensions.reason].filter(Boolean).join(' ');
    return Object.values(data)[0] ? 'ok' : 'nothing';
  };
  return {
    publicField: await ask('{ __typename }'),
    authorizedField: await ask('{ me { id } }'),
    login: await ask(LOGIN, { input: { email: EMAIL, password: PASSWORD } }),
  };
}

export interface Forge {
  readonly app: TestApp;
  /** The genuine token that the server issued, with its contents. */
  readonly token: string;
  readonly refreshToken: string;
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
  readonly key: Key;
  /** The genuine token, changed and signed again with the server's key or another; `undefined` removes a member. */
  sign(changes: { header?: object; payload?: object; key?: Key }): string;
  /** Like `sign`, with the whole text of header and payload given. */
  signText(texts: { header?: string; payload?: string; key?: Key }): string;
}

/** A server, a logged-in user, and the server's own key, given to the test. */
export async function openForge(settings: Record<string, string> = {}): Promise<Forge> {
  const app = await startApp({ settings });
  const { accessToken: token, refreshToken } = await app.register();
  const key = await stealSigningKey(app.dataDir);
  const { header, payload } = decode(token);
  return {
    app,
    token,
    refreshToken,
    header,
    payload,
    key,
    sign: (changes) =>
      signText(changes.key ?? key, JSON.stringify({ ...header, ...changes.header }), JSON.stringify({ ...payload, ...changes.payload })),
    signText: (texts) => signText(texts.key ?? key, texts.header ?? JSON.stringify(header), texts.payload ?? JSON.stringify(payload)),
  };
}

/** A key of the same kind that the server does not know. */
export const STRANGER = makeKey('AAAAAAAAAAAAAAAAAAAAAA');
