/** Tokens that the server never issued: signed with its key or others, well-formed or deliberately malformed. */
import { constants, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readConfig } from '../../../src/config/config.js';
import { Database } from '../../../src/database/database.js';
import { openSealed } from '../../../src/lib/sealing.js';
import { postgresqlSettingsOf } from '../database/stored-rows.js';

export interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The server's signing key, read from its own data: an attacker must never get it. */
export async function stealSigningKey(dataDir: string): Promise<Key> {
  const { databaseUrl, secret } = readConfig({ DATA_DIR: dataDir, ...postgresqlSettingsOf(dataDir) });
  const database = await Database.open(databaseUrl);
  try {
    const { kid, sealedPrivateKey } = await database.read((client) => client.signingKey.findFirstOrThrow({ where: { retiredAt: null } }));
    const jwk = JSON.parse(openSealed(sealedPrivateKey, secret, `signing key ${kid}`));
    return { kid, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
  } finally {
    await database.close();
  }
}

export function makeKey(kid: string): Key {
  return { kid, privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
}

/** Signs any text as header and payload, including what JSON.stringify would never write: duplicate members, `1e400`. */
export function signText({ privateKey }: Key, header: string, payload: string): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
    padding: constants.RSA_PKCS1_PADDING,
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** The classic key-confusion attack: the public key, which everybody has, used as an HMAC secret. */
export function signWithPublicKeyAsSecret({ privateKey }: Key, header: object, payload: object): string {
  const secret = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  const input = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export interface DecodedToken {
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
}

export function decode(token: string): DecodedToken {
  const [header = '', payload = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header), payload: JSON.parse(payload) };
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** For every ECDSA signature (r, s), (r, n - s) also verifies: a second spelling that anybody can produce. */
export function twinOf(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const twin = Buffer.from((P256_ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return `${header}.${payload}.${Buffer.concat([bytes.subarray(0, 32), twin]).toString('base64url')}`;
}

/** Sets the unused bits at the end of one part, which decodes to the same bytes. Null if the part has no unused bits. */
export function withStrayBits(token: string, part: 0 | 1 | 2): string | null {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (text.length % 4 === 0) return null;
  parts[part] = `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.slice(-1)) + 1]}`;
  return parts.join('.');
}
