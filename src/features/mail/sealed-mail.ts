/** A letter as it is stored: sealed, so that the database alone gives away neither address nor code. */
import type { Randomness } from '../../lib/ambient.js';
import { createKeyedHash, openSealed, seal } from '../../lib/sealing.js';
import type { Letter, OutgoingLetter } from './mail.js';

/** What the seal covers. */
interface SealedLetter extends Letter {
  readonly isDecoy: boolean;
}

export interface SealedRow {
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: Date;
}

export function sealLetter(letter: SealedLetter, id: string, secret: Buffer, randomness: Randomness): string {
  return seal(JSON.stringify(letter), secret, purposeOf(id), randomness);
}

/** @throws SealBroken when it was sealed under another secret */
export function openLetter({ id, sealed, createdAt }: SealedRow, secret: Buffer): OutgoingLetter & SealedLetter {
  return { ...(JSON.parse(openSealed(sealed, secret, purposeOf(id))) as SealedLetter), id, createdAt };
}

/** What the rows to one address have in common, and nobody else can work out. */
export function receiverKeyOf(address: string, secret: Buffer): string {
  return createKeyedHash(secret, 'receiver')(address);
}

function purposeOf(id: string): string {
  return `outgoing mail ${id}`;
}
