/** Stored signing keys: makes them, seals them under LATCHKEY_SECRET, and opens them. */
import { createPrivateKey, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Config, SigningAlgorithm } from '../../config/config.js';
import { freshId, type Randomness } from '../../lib/ambient.js';
import { OperatorFault } from '../../lib/operator-fault.js';
import { openSealed, SealBroken, seal } from '../../lib/sealing.js';

/** A key that verifies. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

/** A key of the ring. The one that became active last signs. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
  readonly createdAt: Date;
  /** When it starts to sign. */
  readonly activeAt: Date;
  readonly retiredAt: Date | null;
}

/** The stored keys were encrypted under another LATCHKEY_SECRET. */
export class WrongSecret extends OperatorFault {
  override readonly name = 'WrongSecret';

  constructor() {
    super('LATCHKEY_SECRET is not the one that the signing keys in this database were encrypted with.', {
      advice: 'Give the old one back; without it every token must be issued anew.',
    });
  }
}

/** A key as it is stored. */
export type KeyRow = {
  kid: string;
  alg: string;
  publicJwk: string;
  sealedPrivateKey: string;
  createdAt: Date;
  activeAt: Date;
  retiredAt: Date | null;
};

const makeKeyPair = promisify(generateKeyPair);

export async function makeKeyRow(
  { signingAlgorithm: alg, secret }: Pick<Config, 'secret' | 'signingAlgorithm'>,
  activeAt: Date,
  createdAt: Date,
  randomness: Randomness,
): Promise<KeyRow> {
  const kid = freshId(randomness);
  const pair = alg === 'ES256' ? await makeKeyPair('ec', { namedCurve: 'P-256' }) : await makeKeyPair('rsa', { modulusLength: 2048 });
  const privateKey = JSON.stringify(pair.privateKey.export({ format: 'jwk' }));
  return {
    kid,
    alg,
    publicJwk: JSON.stringify({ ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }),
    sealedPrivateKey: seal(privateKey, secret, purposeOf(kid), randomness),
    createdAt,
    activeAt,
    retiredAt: null,
  };
}

/** @throws WrongSecret */
export function openKeyRow(
  { kid, alg, publicJwk: text, sealedPrivateKey, createdAt, activeAt, retiredAt }: KeyRow,
  secret: Buffer,
): SigningKey {
  const publicJwk = JSON.parse(text) as JsonWebKey;
  return {
    kid,
    algorithm: alg as SigningAlgorithm,
    publicJwk,
    publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }),
    privateKey: createPrivateKey({ key: openPrivateKey(sealedPrivateKey, kid, secret), format: 'jwk' }),
    createdAt,
    activeAt,
    retiredAt,
  };
}

function openPrivateKey(sealed: string, kid: string, secret: Buffer): JsonWebKey {
  try {
    return JSON.parse(openSealed(sealed, secret, purposeOf(kid))) as JsonWebKey;
  } catch (error) {
    throw error instanceof SealBroken ? new WrongSecret() : error;
  }
}

function purposeOf(kid: string): string {
  return `signing key ${kid}`;
}
