/**
 * The text of refresh tokens: opaque, random, stored hashed.
 *
 * A token is a family, 128 random bits that stay for the session's life, and a secret of 256 random bits that
 * changes at each use. A client that shows a known family with another secret uses an old token: that is reuse.
 */
import { createHash } from 'node:crypto';
import type { Randomness } from '../../lib/ambient.js';
import { openSealed, seal } from '../../lib/sealing.js';

export interface RefreshToken {
  /** The text that the client keeps. The prefix lets scanners find a token that leaked into a repository. */
  readonly text: string;
  readonly familyHash: string;
  readonly hash: string;
}

/** The pair of tokens that a login or a rotation returns. */
export interface TokenPair {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly accessTokenExpiresAt: number;
  readonly refreshToken: string;
}

const PREFIX = 'lkr_';
const FAMILY_CHARACTERS = 22;
const SHAPE = /^lkr_[A-Za-z0-9_-]{22}[A-Za-z0-9_-]{43}$/;

export function makeRefreshToken(randomness: Randomness): RefreshToken {
  return withFamily(randomness.bytes(16).toString('base64url'), randomness);
}

/** The next token of the same family. */
export function succeed(token: RefreshToken, randomness: Randomness): RefreshToken {
  return withFamily(familyOf(token.text), randomness);
}

/** @returns null for a text that no version of this server can have issued */
export function parseRefreshToken(text: string): RefreshToken | null {
  return SHAPE.test(text) ? hashed(text) : null;
}

/** Seals the new pair with the old refresh token as the key: a thief of the database alone can't open it. */
export function sealSuccessor(pair: TokenPair, predecessor: RefreshToken, randomness: Randomness): string {
  return seal(JSON.stringify(pair), Buffer.from(predecessor.text), 'successor', randomness);
}

/** @throws SealBroken */
export function openSuccessor(sealed: string, predecessor: RefreshToken): TokenPair {
  return JSON.parse(openSealed(sealed, Buffer.from(predecessor.text), 'successor')) as TokenPair;
}

function withFamily(family: string, randomness: Randomness): RefreshToken {
  return hashed(`${PREFIX}${family}${randomness.bytes(32).toString('base64url')}`);
}

function familyOf(text: string): string {
  return text.slice(PREFIX.length, PREFIX.length + FAMILY_CHARACTERS);
}

function hashed(text: string): RefreshToken {
  return { text, familyHash: sha256(familyOf(text)), hash: sha256(text) };
}

/** A plain hash is enough for random bits; slow hashes are for what people choose. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
