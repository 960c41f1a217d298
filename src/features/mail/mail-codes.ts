/** Codes that are mailed: good for one thing, once, for a short time, and only until the password or the address changes. */
import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../../database/database.js';
import { failed } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { createKeyedHash, openSealed, seal } from '../../lib/sealing.js';
import { emailKeyOf } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { lockUser } from '../users/users.js';
import type { Mail } from './mail.js';
import type { Outbox } from './outbox.js';

/** What a code carries, by what it is for. A code is good only while the user still has the address that it was mailed for. */
interface Payloads {
  readonly registration: { readonly email: string; readonly name: string | null; readonly passwordHash: string };
  readonly 'email-verification': { readonly userId: string; readonly email: string };
  readonly 'password-reset': { readonly userId: string; readonly email: string };
  readonly 'email-change': { readonly userId: string; readonly email: string; readonly newEmail: string; readonly sessionId: string };
}

export type MailCodePurpose = keyof Payloads;

export const MAIL_CODE_TTL_SECONDS: Readonly<Record<MailCodePurpose, number>> = {
  registration: 86_400,
  'email-verification': 86_400,
  'password-reset': 1_800,
  'email-change': 3_600,
};

/** A code to be made and mailed. */
export interface CodeOrder<Purpose extends MailCodePurpose> {
  readonly purpose: Purpose;
  /** Null when there is no such user, or not yet. */
  readonly userId: string | null;
  readonly payload: Payloads[Purpose];
  readonly mailWith: (code: string) => Mail;
  /** Writes the same rows, and nobody gets the mail. */
  readonly isDecoy?: boolean;
}

/** A code that somebody has shown, and that is still there. */
export interface ShownCode<Purpose extends MailCodePurpose> {
  readonly hash: string;
  readonly payload: Payloads[Purpose];
}

export const INVALID_CODE = failed({
  code: 'INVALID_CODE',
  message: 'The code is unknown, used, expired or for something else. Ask for a new one.',
  field: ['input', 'code'],
});

const PREFIX = 'lkc_';
const SHAPE = /^lkc_[A-Za-z0-9_-]{43}$/;

interface Needs {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly limits: AttemptLimits;
}

export class MailCodes {
  readonly #decoyHash: (text: string) => string;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {
    this.#decoyHash = createKeyedHash(world.config.secret, 'decoy code');
  }

  /** Makes a code and queues its mail, in the transaction. An older one of the same user for the same thing is dead then. */
  async send<Purpose extends MailCodePurpose>(transaction: Transaction, order: CodeOrder<Purpose>): Promise<void> {
    const { purpose, userId, payload, mailWith, isDecoy = false } = order;
    const text = `${PREFIX}${this.world.randomness.bytes(32).toString('base64url')}`;
    const now = this.world.clock.now();
    const expiresAt = new Date(now + MAIL_CODE_TTL_SECONDS[purpose] * 1000);
    // So that it costs the same, a decoy has a predecessor too: that of the same address. There is no user without an id.
    const hash = isDecoy ? this.#decoyHashOf(purpose, payload.email) : hashOf(text);
    // The lock keeps two mails at once from making two codes.
    await lockUser(transaction, userId ?? '');
    await transaction.mailCode.deleteMany({ where: { OR: [{ userId: userId ?? '', purpose }, { hash }] } });
    const sealed = seal(JSON.stringify(payload), Buffer.from(text), `mail code for ${purpose}`, this.world.randomness);
    const row = { hash, purpose, userId, sealed, createdAt: new Date(now), expiresAt };
    await transaction.mailCode.upsert({ where: { hash }, create: row, update: row });
    await this.needs.outbox.queue(transaction, mailWith(text), { expiresAt, isDecoy });
  }

  /**
   * Looks at a code without using it up. A wrong one counts against the address that it comes from.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async find<Purpose extends MailCodePurpose>(purpose: Purpose, text: string, origin: Origin): Promise<ShownCode<Purpose> | null> {
    const attempt = await this.needs.limits.spendCode(origin);
    const code = await this.#read(purpose, text);
    if (code !== null) await attempt.giveBack();
    return code;
  }

  /** Uses a code up, in the transaction of what it is used for: of many uses at once one finds it. */
  async use(transaction: Transaction, { hash }: ShownCode<MailCodePurpose>): Promise<boolean> {
    const { count } = await transaction.mailCode.deleteMany({ where: { hash, expiresAt: { gt: new Date(this.world.clock.now()) } } });
    return count === 1;
  }

  /** @returns how many that had expired were removed */
  prune(): Promise<number> {
    const expiresAt = { lte: new Date(this.world.clock.now()) };
    return this.needs.database.inBatches((transaction, limit) => transaction.mailCode.deleteMany({ where: { expiresAt }, limit }));
  }

  /** No text has it as its hash, and who reads the table can't look for an address. */
  #decoyHashOf(purpose: MailCodePurpose, email: string): string {
    return this.#decoyHash(JSON.stringify([purpose, emailKeyOf(email)]));
  }

  async #read<Purpose extends MailCodePurpose>(purpose: Purpose, text: string): Promise<ShownCode<Purpose> | null> {
    if (!SHAPE.test(text)) return null;
    const hash = hashOf(text);
    const row = await this.needs.database.read((client) => client.mailCode.findUnique({ where: { hash } }));
    if (row === null || row.purpose !== purpose || row.expiresAt.getTime() <= this.world.clock.now()) return null;
    const payload = openSealed(row.sealed, Buffer.from(text), `mail code for ${purpose}`);
    return { hash, payload: JSON.parse(payload) as Payloads[Purpose] };
  }
}

/** Part of every change of password or address, and of disabling: no code from before is good after it. */
export async function removeCodesOf(transaction: Transaction, userId: string): Promise<void> {
  await transaction.mailCode.deleteMany({ where: { userId } });
}

/** A plain hash is enough for random bits. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
