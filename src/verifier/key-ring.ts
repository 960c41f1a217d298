/** The public keys that verify tokens now. Each answer of the login server replaces all of them (R39). */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from './options.js';

export interface RingKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly publicKey: KeyObject;
}

/** RFC 7518, section 3.3. */
const SHORTEST_RSA_BITS = 2_048;

export function createKeyRing(): KeyRing {
  return new KeyRing();
}

export class KeyRing {
  #keys = new Map<string, RingKey>();
  #texts = new Map<string, string>();
  #version = 0;

  /** Goes up whenever a key has left or changed. */
  get version(): number {
    return this.#version;
  }

  find(kid: string): RingKey | null {
    return this.#keys.get(kid) ?? null;
  }

  /** A key that stays the same stays the same object, so that what was verified with it need not be verified again. */
  replace(keys: readonly JsonWebKey[]): void {
    const next = new Map<string, RingKey>();
    const texts = new Map<string, string>();
    for (const jwk of keys) {
      const { kid } = jwk as { readonly kid?: unknown };
      if (typeof kid !== 'string') continue;
      const text = JSON.stringify(jwk);
      const key = this.#texts.get(kid) === text ? this.find(kid) : keyOf(kid, jwk);
      if (key === null) continue;
      next.set(kid, key);
      texts.set(kid, text);
    }
    if ([...this.#keys].some(([kid, key]) => next.get(kid) !== key)) this.#version += 1;
    this.#keys = next;
    this.#texts = texts;
  }
}

/** @returns null for a key that no token may be verified with */
function keyOf(kid: string, jwk: JsonWebKey): RingKey | null {
  const { alg } = jwk as { readonly alg?: unknown };
  try {
    const publicKey = createPublicKey({ key: { ...jwk, d: undefined }, format: 'jwk' });
    const { namedCurve, modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
    if (alg === 'ES256' && publicKey.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { kid, algorithm: alg, publicKey };
    if (alg === 'RS256' && publicKey.asymmetricKeyType === 'rsa' && modulusLength >= SHORTEST_RSA_BITS)
      return { kid, algorithm: alg, publicKey };
    return null;
  } catch {
    return null;
  }
}
