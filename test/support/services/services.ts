/** Other services for tests: their credentials, and their requests without a port. */
import * as oauth from 'oauth4webapi';
import type { TestApp } from '../app/start-app.js';

export type Headers = Readonly<Record<string, string | string[]>>;

export interface CreatedService {
  readonly id: string;
  readonly name: string;
  readonly credential: string;
}

/** Makes a credential as an operator does. */
export async function createService({ app }: Pick<TestApp, 'app'>, name = 'orders', audience = 'latchkey'): Promise<CreatedService> {
  const made = await app.administration.createServiceCredential({ name, audience });
  if (made.kind === 'failed') throw new Error(made.failures[0]?.code);
  return made.result;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Posts a form. Headers in a list are sent one by one. */
export async function postForm(
  { app }: Pick<TestApp, 'app'>,
  url: string,
  form: string | object,
  headers: Headers = {},
): Promise<Answered> {
  const payload = typeof form === 'string' ? form : new URLSearchParams(form as Record<string, string>).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await app.server.inject({ method: 'POST', url, payload, headers: { ...type, ...headers } as Record<string, string> });
  return { status: response.statusCode, headers: response.headers, text: response.payload };
}

export const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
export const basic = (id: string, credential: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${credential}`).toString('base64')}`,
});

export function introspect(server: Pick<TestApp, 'app'>, credential: string, token: string): Promise<Answered> {
  return postForm(server, '/oauth/introspect', { token }, bearer(credential));
}

/** The error code of a refusal, and its challenge and Retry-After where it has them. */
export function refusalOf({ status, text, headers }: Answered): string {
  const { error } = JSON.parse(text) as { error: string };
  const [challenge, retryAfter] = [headers['www-authenticate'], headers['retry-after']];
  return [status, error, challenge && `(${challenge})`, retryAfter && `after ${retryAfter}`].filter(Boolean).join(' ');
}

/** A client of OAuth 2.0 that somebody else has written, which finds the endpoints by the metadata of the server. */
export async function openOAuthClient({ app }: Pick<TestApp, 'app'>, issuer: string, service: CreatedService) {
  const fetchInside = async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ) => {
    const { pathname, search } = new URL(url);
    const response = await app.server.inject({
      method: method as 'GET',
      url: pathname + search,
      headers,
      ...(body === undefined || body === null ? {} : { payload: String(body) }),
    });
    return new Response(response.payload, { status: response.statusCode, headers: response.headers as Record<string, string> });
  };
  const options = { [oauth.customFetch]: fetchInside as never };
  const discovered = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(new URL(issuer), discovered);
  const client = { client_id: service.id };
  const authenticate = oauth.ClientSecretBasic(service.credential);
  return {
    as,
    async introspect(token: string, hint?: string) {
      const more = hint === undefined ? {} : { additionalParameters: { token_type_hint: hint } };
      const response = await oauth.introspectionRequest(as, client, authenticate, token, { ...options, ...more });
      return oauth.processIntrospectionResponse(as, client, response);
    },
    /** @param method how it authenticates; as a public client by nothing but the token */
    async revoke(token: string, method: oauth.ClientAuth = oauth.None(), hint?: string) {
      const more = hint === undefined ? {} : { additionalParameters: { token_type_hint: hint } };
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, method, token, { ...options, ...more }));
    },
    authenticate,
  };
}
