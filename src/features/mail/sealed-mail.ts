/** Seals stored mails, so that the database alone reveals neither address nor code. */
import type { Randomness } from '../../lib/ambient.js';
import { createKeyedHash, openSealed, seal } from '../../lib/sealing.js';
import type { Mail, OutgoingMessage } from './mail.js';

/** The sealed content. */
interface SealedMessage extends Mail {
  readonly isDecoy: boolean;
}

export interface SealedRow {
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: Date;
}

export function sealMail(mail: SealedMessage, id: string, secret: Buffer, randomness: Randomness): string {
  return seal(JSON.stringify(mail), secret, purposeOf(id), randomness);
}

/** @throws SealBroken when it was sealed under another secret */
export function openMail({ id, sealed, createdAt }: SealedRow, secret: Buffer): OutgoingMessage & SealedMessage {
  return { ...(JSON.parse(openSealed(sealed, secret, purposeOf(id))) as SealedMessage), id, createdAt };
}

/** A key that all rows to one address share, and that nobody can compute without the secret. */
export function receiverKeyOf(address: string, secret: Buffer): string {
  return createKeyedHash(secret, 'receiver')(address);
}

function purposeOf(id: string): string {
  return `outgoing mail ${id}`;
}
