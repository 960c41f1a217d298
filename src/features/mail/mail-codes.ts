/** Mailed codes: each is valid for one purpose, once, for a short time, and only until the password or the address changes. */
import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../../database/database.js';
import { mailboxKeyOf, trimPasted } from '../../lib/email-address.js';
import { failed } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { createKeyedHash, openSealed, seal } from '../../lib/sealing.js';
import type { World } from '../../world.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { lockUser } from '../users/users.js';
import type { Mail } from './mail.js';
import type { Outbox } from './outbox.js';

/** The payload of a code, by purpose. A code is valid only while the user still has the address in it. */
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

/** A code to create and mail. */
export interface CodeOrder<Purpose extends MailCodePurpose> {
  readonly purpose: Purpose;
  /** Null if there is no user with this address, or not yet. */
  readonly userId: string | null;
  readonly payload: Payloads[Purpose];
  readonly mailWith: (code: string) => Mail;
  /** Whether to write the same rows but send the mail to nobody, so that timing does not reveal who is registered. */
  readonly isDecoy?: boolean;
}

/** A valid code that a client has presented. */
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

  /** Creates a code and queues its mail within the transaction. It replaces an older code of the same user and purpose. */
  async send<Purpose extends MailCodePurpose>(transaction: Transaction, order: CodeOrder<Purpose>): Promise<void> {
    const { purpose, userId, payload, mailWith, isDecoy = false } = order;
    const text = `${PREFIX}${this.world.randomness.bytes(32).toString('base64url')}`;
    const now = this.world.clock.now();
    const expiresAt = new Date(now + MAIL_CODE_TTL_SECONDS[purpose] * 1000);
    // A decoy must cost the same as a code, so it replaces a predecessor too: the decoy of the same address, found by its hash.
    const hash = isDecoy ? this.#decoyHashOf(purpose, payload.email) : hashOf(text);
    // Without the lock, two concurrent requests would create two codes.
    await lockUser(transaction, userId ?? '');
    await transaction.mailCode.deleteMany({ where: { OR: [{ userId: userId ?? '', purpose }, { hash }] } });
    const sealed = seal(JSON.stringify(payload), Buffer.from(text), `mail code for ${purpose}`, this.world.randomness);
    const row = { hash, purpose, userId, sealed, createdAt: new Date(now), expiresAt };
    await transaction.mailCode.upsert({ where: { hash }, create: row, update: row });
    await this.needs.outbox.queue(transaction, mailWith(text), { expiresAt, isDecoy });
  }

  /**
   * Finds a code without using it up. A wrong code counts against the IP address of the client.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async find<Purpose extends MailCodePurpose>(purpose: Purpose, text: string, origin: Origin): Promise<ShownCode<Purpose> | null> {
    const attempt = await this.needs.limits.spendCode(origin);
    const code = await this.#read(purpose, text);
    if (code !== null) await attempt.giveBack();
    return code;
  }

  /** Uses a code up, within the transaction of its effect: of several concurrent uses, only one returns true. */
  async use(transaction: Transaction, { hash }: ShownCode<MailCodePurpose>): Promise<boolean> {
    const { count } = await transaction.mailCode.deleteMany({ where: { hash, expiresAt: { gt: new Date(this.world.clock.now()) } } });
    return count === 1;
  }

  /** @returns how many expired codes it removed */
  prune(): Promise<number> {
    const expiresAt = { lte: new Date(this.world.clock.now()) };
    return this.needs.database.inBatches(async (transaction, limit) => {
      const old = await transaction.mailCode.findMany({
        where: { expiresAt },
        orderBy: { expiresAt: 'asc' },
        select: { hash: true },
        take: limit,
      });
      return transaction.mailCode.deleteMany({ where: { hash: { in: old.map(({ hash }) => hash) } } });
    });
  }

  /** A keyed hash: no code matches it, and an attacker who reads the table can't test it for an address. */
  #decoyHashOf(purpose: MailCodePurpose, email: string): string {
    return this.#decoyHash(JSON.stringify([purpose, mailboxKeyOf(email)]));
  }

  async #read<Purpose extends MailCodePurpose>(purpose: Purpose, pasted: string): Promise<ShownCode<Purpose> | null> {
    const text = trimPasted(pasted);
    if (!SHAPE.test(text)) return null;
    const hash = hashOf(text);
    const row = await this.needs.database.read((client) => client.mailCode.findUnique({ where: { hash } }));
    if (row === null || row.purpose !== purpose || row.expiresAt.getTime() <= this.world.clock.now()) return null;
    const payload = openSealed(row.sealed, Buffer.from(text), `mail code for ${purpose}`);
    return { hash, payload: JSON.parse(payload) as Payloads[Purpose] };
  }
}

/** Every change of password or address and every disabling must call this, so that no earlier code stays valid. */
export async function removeCodesOf(transaction: Transaction, userId: string): Promise<void> {
  await transaction.mailCode.deleteMany({ where: { userId } });
}

/** A plain hash is enough: a code has 256 random bits, which nobody can guess. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
