/** Decodes an access token without any library. */
// biome-ignore lint/suspicious/noExplicitAny: the test says what the token must hold
type Json = any;

export interface DecodedToken {
  readonly header: Json;
  readonly claims: Json;
  readonly signedText: string;
  readonly signature: Buffer;
}

export function decode(token: string): DecodedToken {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) throw new Error('a compact JWS has three parts');
  return {
    header: JSON.parse(Buffer.from(header, 'base64url').toString('utf8')),
    claims: JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')),
    signedText: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}
