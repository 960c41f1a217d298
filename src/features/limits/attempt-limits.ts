/** Limits attempts: which attempt counts against which budget, under hashed keys that reveal no email or address. */
import type { Config } from '../../config/config.js';
import type { HotTransaction } from '../../database/database.js';
import type { Insert } from '../../database/statement.js';
import { mailboxKeyOf } from '../../lib/email-address.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { createKeyedHash } from '../../lib/sealing.js';
import type { World } from '../../world.js';
import { addressKeyOf } from './address-key.js';
import type { AttemptCounts, Budget, Charge } from './attempt-counts.js';

/** An attempt that was counted before it was made. */
export interface SpentAttempt {
  /** Takes the count back: the attempt was right, so it was no guess. */
  giveBack(): Promise<void>;
}

/** An attempt with a password, not counted yet. */
export interface PasswordAttempt {
  /**
   * Counts the attempt. Call it just before the password is checked.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  spend(): Promise<CountedAttempt>;
  /** Takes the count back: the password was right. From now on the user is known at this address. */
  giveBack(): Promise<void>;
  /** Does the same, but leaves it to the caller to run the insert in a transaction. */
  returning(): Insert;
}

/** An attempt with a password, counted and not checked yet. */
export interface CountedAttempt {
  /** The budgets that this attempt has used up. */
  readonly usedUp: readonly string[];
  /**
   * The error to throw after the check unless the password is right and `mayBeRight`; null if the user's budget was not used up.
   * Check the password all the same: the time must not tell whether this address is usual for the user.
   */
  readonly refusal: LatchkeyError | null;
  /** Whether the right password is accepted. False if the user's budget is used up, and this address is not usual for the user. */
  readonly mayBeRight: boolean;
}

const WINDOW_SECONDS = 15 * 60;
/** A user has this many times `loginAttempts` from all addresses together: an attack can come from many. */
const ALL_ADDRESSES_FACTOR = 5;
/** Mails to one address, per requesting network and in all: one network alone can't use up the mails that the owner needs. */
const MAILS_PER_HOUR = 5;
const MAILS_PER_HOUR_IN_ALL = 20;
const NEW_DEVICE_NOTICES_PER_HOUR = 10;
const REFRESHES_PER_MINUTE = 60;
/** Three times as many as one credential may have. */
const VERIFIERS_PER_MINUTE = 24;
const KNOWN_FOR_SECONDS = 90 * 86_400;

interface Needs {
  readonly counts: AttemptCounts;
}

export class AttemptLimits {
  readonly #budgets: ReturnType<typeof budgetsOf>;
  readonly #hash: (text: string) => string;

  constructor(
    { config }: World,
    private readonly needs: Needs,
  ) {
    this.#budgets = budgetsOf(config);
    this.#hash = createKeyedHash(config.secret, 'attempt');
  }

  /**
   * Checks whether one more password may be tried, before any costly work. It does the same, and the same is answered in the
   * end, whether or not the user exists and whether or not the address is usual for the user.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async beginPassword(email: string, { ipAddress }: Origin): Promise<PasswordAttempt> {
    const { userAndAddress, user, address, known } = this.#budgets;
    const addressKey = addressKeyOf(ipAddress);
    const userKey = mailboxKeyOf(email);
    const here = this.#charge(known, userKey, addressKey);
    const common = [this.#charge(userAndAddress, userKey, addressKey), ...this.#chargeAddress(address, ipAddress)];
    const anywhere = this.#charge(user, userKey);
    const look = async () => {
      const counts = await this.needs.counts.read([here, ...common, anywhere]);
      counts.assertLeft(common);
      const refusal = counts.findRefusal(anywhere);
      // An attacker elsewhere must not lock the user out at a usual address: there the right password is still accepted.
      // A wrong one gets the same answer at every address. Otherwise an attacker at the user's address would learn that the
      // user exists, because only a user who exists has usual addresses.
      return { refusal, mayBeRight: refusal === null || counts.isSeen(here), charges: refusal === null ? [...common, anywhere] : common };
    };
    let found = await look();
    const count = async () => (await this.needs.counts.spend(found.charges)).map(({ budget }) => budget.name);
    return {
      spend: async () => {
        const usedUp = await count().catch(async (failure: unknown) => {
          if (found.refusal !== null || !isRateLimited(failure)) throw failure;
          // Other attempts have used up a budget while this one waited for its turn.
          found = await look();
          return count();
        });
        return { usedUp, refusal: found.refusal, mayBeRight: found.mayBeRight };
      },
      giveBack: () => this.needs.counts.giveBack(found.charges, here),
      returning: () => this.needs.counts.returning(found.charges, here),
    };
  }

  /** Marks the address as usual for a user who has proved to be there without trying a password. */
  async rememberAddress(email: string, { ipAddress }: Origin): Promise<void> {
    await this.needs.counts.giveBack([], this.#charge(this.#budgets.known, mailboxKeyOf(email), addressKeyOf(ipAddress)));
  }

  /** Counts an attempt with a code or another secret that names no user. @throws LatchkeyError RATE_LIMITED */
  async spendCode(origin: Origin): Promise<SpentAttempt> {
    const charges = this.#chargeAddress(this.#budgets.address, origin.ipAddress);
    await this.#spend(charges);
    return { giveBack: () => this.needs.counts.giveBack(charges) };
  }

  /** Counts a wrong credential of a service, apart from what users try: a service beside them must not use up their budget. @throws LatchkeyError RATE_LIMITED */
  async spendCredential({ ipAddress }: Origin): Promise<void> {
    await this.#spend(this.#chargeAddress(this.#budgets.credential, ipAddress));
  }

  /** Counts a registration of a verifier. A service that starts and stops all the time must not fill the table. @throws LatchkeyError RATE_LIMITED */
  async spendVerifier(credentialId: string): Promise<void> {
    await this.#spend([this.#charge(this.#budgets.verifier, credentialId)]);
  }

  /** Counts a requested mail; the address may not belong to the requesting client. @throws LatchkeyError RATE_LIMITED */
  async spendMail(email: string, { ipAddress }: Origin): Promise<void> {
    const { mail, mailInAll, address } = this.#budgets;
    const [userKey, addressKey] = [mailboxKeyOf(email), addressKeyOf(ipAddress)];
    const charges = [this.#charge(mail, userKey, addressKey), this.#charge(mailInAll, userKey)];
    await this.#spend([...charges, ...this.#chargeAddress(address, ipAddress)]);
  }

  /**
   * Counts a notice of a new device, as part of the login's transaction, and tells whether it may be sent. Without a limit,
   * an attacker with a password could cause one per invented User-Agent, and the mails of other users would wait behind them.
   */
  async hasNewDeviceNoticeLeft(transaction: HotTransaction, userId: string): Promise<boolean> {
    return this.needs.counts.spendIn(transaction, this.#charge(this.#budgets.newDevice, userId)).then(
      () => true,
      (failure: unknown) => {
        if (isRateLimited(failure)) return false;
        throw failure;
      },
    );
  }

  /** @throws LatchkeyError RATE_LIMITED */
  async spendRegistration({ ipAddress }: Origin): Promise<void> {
    await this.#spend(this.#chargeAddress(this.#budgets.registration, ipAddress));
  }

  /** Counts a successful refresh, as part of its transaction. @throws LatchkeyError RATE_LIMITED */
  async spendRefresh(transaction: HotTransaction, sessionId: string): Promise<void> {
    await this.needs.counts.spendIn(transaction, this.#charge(this.#budgets.refresh, sessionId));
  }

  /** Counts a failed refresh of a known session. @throws LatchkeyError RATE_LIMITED */
  async spendFailedRefresh(transaction: HotTransaction, sessionId: string): Promise<void> {
    await this.needs.counts.spendIn(transaction, this.#charge(this.#budgets.failedRefresh, sessionId));
  }

  /** Deletes the windows that have passed. */
  async prune(): Promise<void> {
    await this.needs.counts.prune();
  }

  /** Reads before it writes: a client that goes on after its budget is used up must not make other transactions wait. */
  async #spend(charges: readonly Charge[]): Promise<void> {
    if (charges.length === 0) return;
    (await this.needs.counts.read(charges)).assertLeft(charges);
    await this.needs.counts.spend(charges);
  }

  /**
   * The budget that all users share at one address. Requests whose address is not known have none: they come through a proxy whose headers
   * the server can't read, so everybody's requests are among them, and one client that used the budget up would lock out all others.
   */
  #chargeAddress(budget: Budget, ipAddress: string | null): Charge[] {
    return ipAddress === null ? [] : [this.#charge(budget, addressKeyOf(ipAddress))];
  }

  /** The hash is keyed: a reader of the table can neither learn an email or address nor search for one. */
  #charge(budget: Budget, ...key: readonly string[]): Charge {
    return { budget, key: this.#hash(JSON.stringify(key)) };
  }
}

function isRateLimited(failure: unknown): boolean {
  return failure instanceof LatchkeyError && failure.code === 'RATE_LIMITED';
}

function budgetsOf({ loginAttempts, addressAttempts }: Pick<Config, 'loginAttempts' | 'addressAttempts'>) {
  const budget = (name: string, attempts: number, windowSeconds = WINDOW_SECONDS): Budget => ({ name, attempts, windowSeconds });
  return {
    userAndAddress: budget('USER_AND_ADDRESS', loginAttempts),
    user: budget('USER', ALL_ADDRESSES_FACTOR * loginAttempts),
    address: budget('ADDRESS', addressAttempts),
    credential: budget('CREDENTIAL', addressAttempts),
    verifier: budget('VERIFIER', VERIFIERS_PER_MINUTE, 60),
    registration: budget('REGISTRATION', addressAttempts),
    refresh: budget('REFRESH', REFRESHES_PER_MINUTE, 60),
    failedRefresh: budget('FAILED_REFRESH', loginAttempts),
    mail: budget('MAIL', MAILS_PER_HOUR, 3600),
    mailInAll: budget('MAIL_IN_ALL', MAILS_PER_HOUR_IN_ALL, 3600),
    newDevice: budget('NEW_DEVICE', NEW_DEVICE_NOTICES_PER_HOUR, 3600),
    known: budget('KNOWN', 1, KNOWN_FOR_SECONDS),
  };
}
