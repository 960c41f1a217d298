/** Requests and answers of a client without a port: the same path as over a socket, from the HTTP layer down. */
import type { App } from '../../../src/app.js';

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it must be
  readonly data: any;
  readonly errors: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[] | undefined;
  readonly text: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sid: string;
}

export interface SendOptions {
  readonly variables?: object;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string | string[]>;
  readonly from?: string | undefined;
}

export interface Client {
  /** Sends one operation. `token` goes into the Authorization header; `from` is the address of the peer. */
  send(query: string, options?: SendOptions): Promise<GraphqlAnswer>;
  register(email?: string): Promise<Tokens>;
  login(email?: string, deviceName?: string): Promise<Tokens>;
  refresh(refreshToken: string): Promise<{ tokens: Tokens | null; codes: string[] }>;
  /** Asks for `{ me { id } }`. Returns `ok` for an answer, else the code and reason of the refusal. */
  ask(token?: string): Promise<string>;
}

export const PASSWORD = 'correct horse battery';
export const EMAIL = 'ada@example.com';

const TOKENS = 'accessToken refreshToken session { id } userErrors { code }';

export function createClient(app: App): Client {
  const send: Client['send'] = async (query, { variables, token, headers, from } = {}) => {
    const response = await app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      payload: JSON.stringify({ query, variables }),
      ...(from === undefined ? {} : { remoteAddress: from }),
    });
    const body = JSON.parse(response.payload) as Pick<GraphqlAnswer, 'data' | 'errors'>;
    return { status: response.statusCode, headers: response.headers, data: body.data, errors: body.errors, text: response.payload };
  };
  const open = async (mutation: string, input: object): Promise<Tokens> => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const { data, text } = await send(`mutation($input: ${type}!) { ${mutation}(input: $input) { ${TOKENS} } }`, { variables: { input } });
    const payload = data?.[mutation];
    if (!payload?.accessToken) throw new Error(`${mutation} failed: ${text}`);
    return { accessToken: payload.accessToken, refreshToken: payload.refreshToken, sid: payload.session.id };
  };
  return {
    send,
    register: (email = EMAIL) => open('register', { email, password: PASSWORD }),
    login: (email = EMAIL, deviceName) => open('login', { email, password: PASSWORD, ...(deviceName ? { deviceName } : {}) }),
    async refresh(refreshToken) {
      const { data, text } = await send(`mutation($t: String) { refreshToken(input: { refreshToken: $t }) { ${TOKENS} } }`, {
        variables: { t: refreshToken },
      });
      const payload = data?.refreshToken;
      if (!payload) throw new Error(`refreshToken failed: ${text}`);
      const tokens = payload.accessToken
        ? { accessToken: payload.accessToken, refreshToken: payload.refreshToken, sid: payload.session.id }
        : null;
      return { tokens, codes: payload.userErrors.map((error: { code: string }) => error.code) };
    },
    async ask(token) {
      const { data, errors } = await send('{ me { id } }', { token });
      if (data?.me) return 'ok';
      const { code, reason } = errors?.[0]?.extensions ?? {};
      return [code, reason].filter(Boolean).join(' ');
    },
  };
}
