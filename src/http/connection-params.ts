/** Finds the access token in the `connectionParams` of a WebSocket, in every shape that common clients send. */

/** Names under which clients send an access token, in lower case and without `-` and `_`. */
const TOKEN_NAMES = new Set([
  'authorization',
  'authtoken',
  'token',
  'accesstoken',
  'bearer',
  'bearertoken',
  'jwt',
  'xauthtoken',
  'xaccesstoken',
]);

const BEARER = /^bearer(?: |$)/i;
/** The compact form of a signed token (RFC 7515, section 7.1), under whatever name. */
const LOOKS_LIKE_TOKEN = /^ey[\w-]*\.[\w-]+\.[\w-]*$/;

/** Deeper than any client nests its headers. */
const MAX_DEPTH = 10;

/** The value of an Authorization header that no token can match. */
const UNREADABLE = 'Bearer';

/**
 * A client whose token is not understood must not be taken for a client without one: it would only wonder why it hears nothing. So whatever
 * could be a token is checked like one, and a connection with a wrong or unreadable one is refused.
 *
 * @returns values of Authorization headers; empty if the client sent no token. An empty text means that the client has none
 */
export function authorizationIn(params: unknown): string[] {
  const found = new Set<string>();
  const look = (value: unknown, isNamed: boolean, depth: number): void => {
    if (typeof value === 'string') {
      if (isNamed ? value !== '' : BEARER.test(value) || LOOKS_LIKE_TOKEN.test(value)) found.add(asBearer(value));
      return;
    }
    if (typeof value !== 'object' || value === null) {
      if (isNamed && value !== undefined) found.add(UNREADABLE);
      return;
    }
    const parts = Object.entries(value);
    if (depth === MAX_DEPTH || (isNamed && parts.length === 0)) found.add(UNREADABLE);
    else for (const [name, part] of parts) look(part, isNamed || isTokenName(name), depth + 1);
  };
  look(params ?? undefined, false, 0);
  return [...found];
}

function isTokenName(name: string): boolean {
  return TOKEN_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));
}

/** Many clients send the bare token. Another scheme, such as `Basic`, becomes a token that is not valid. */
function asBearer(text: string): string {
  return BEARER.test(text) ? text : `Bearer ${text}`;
}
