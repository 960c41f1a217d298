/** Registers users: at once, or, where mail is configured, after they confirm with a mailed code. */

import type { Database } from '../../database/database.js';
import { isUniqueViolation } from '../../database/failures.js';
import { toEmailAddress } from '../../lib/email-address.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { isName } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { INVALID_CODE, type MailCodes, type ShownCode } from '../mail/mail-codes.js';
import { alreadyRegistered, confirmRegistration } from '../mail/mail-texts.js';
import { isTooLong } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { DEVICE_NAME_INVALID, type LoggedIn } from '../sessions/login.js';
import type { Sessions } from '../sessions/sessions.js';
import type { NewUser, Users, UserWithSecrets } from '../users/users.js';
import type { EmailVerifications } from './email-verifications.js';

export interface Registration extends Omit<NewUser, 'roles'> {
  readonly deviceName?: string | null | undefined;
}

export interface RegistrationConfirmation {
  readonly code: string;
  /** The password chosen at registration. */
  readonly password: string;
  readonly deviceName?: string | null | undefined;
}

/** The outcome of a registration: a session, or a mail with a code. */
export type Registered = { readonly kind: 'logged-in'; readonly loggedIn: LoggedIn } | { readonly kind: 'confirmation-sent' };

const WRONG_PASSWORD = failed({
  code: 'INVALID_CREDENTIALS',
  message: 'This is not the password that was chosen at registration.',
  field: ['input', 'password'],
});

interface Needs {
  readonly database: Database;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly codes: MailCodes;
  readonly limits: AttemptLimits;
  readonly verifications: EmailVerifications;
}

export class Registrations {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Without mail the answer reveals whether the address is taken. With mail, only the reader of the mailbox learns it.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async register({ deviceName, ...newUser }: Registration, origin: Origin): Promise<Outcome<Registered>> {
    if (this.world.config.registration === 'closed') {
      return failed({ code: 'REGISTRATION_CLOSED', message: 'Registration is closed here. Ask an administrator to register you.' });
    }
    if (deviceName && !isName(deviceName)) return failed(DEVICE_NAME_INVALID);
    await this.needs.limits.spendRegistration(origin);
    if (this.world.config.smtpUrl !== null) return this.#sendConfirmation(newUser, origin);
    const created = await this.needs.users.create(newUser, { id: null, origin }, (transaction, user) =>
      this.needs.verifications.send(transaction, user),
    );
    if (created.kind === 'failed') return created;
    await this.needs.limits.rememberAddress(newUser.email, origin);
    return this.#logIn(created.result, deviceName, origin);
  }

  /**
   * Creates the user whose address the code verifies. It asks for the password again: an attacker who registered somebody else's
   * address must gain nothing when the owner follows the link.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async confirm({ code: text, password, deviceName }: RegistrationConfirmation, origin: Origin): Promise<Outcome<LoggedIn>> {
    if (deviceName && !isName(deviceName)) return failed(DEVICE_NAME_INVALID);
    const code = await this.needs.codes.find('registration', text, origin);
    if (code === null) return INVALID_CODE;
    if (!(await this.#isChosenPassword(code, password, origin))) return WRONG_PASSWORD;
    const user = await this.#create(code, origin);
    if (user === null) return INVALID_CODE;
    const outcome = await this.#logIn(user, deviceName, origin);
    return outcome.kind === 'failed' ? outcome : done(outcome.result.loggedIn);
  }

  /** Does the same work for a free address and for a taken one, so that timing reveals nothing; only the mail differs. */
  async #sendConfirmation(newUser: NewUser, origin: Origin): Promise<Outcome<Registered>> {
    const failures = await this.needs.users.findFaults(newUser);
    if (failures.length > 0) return failed(...failures);
    await this.needs.limits.spendMail(newUser.email, origin);
    const passwordHash = await this.needs.passwords.hash(newUser.password, origin);
    const owner = await this.needs.users.findByEmail(newUser.email);
    const name = newUser.name || null;
    const email = toEmailAddress(newUser.email) ?? newUser.email;
    const event = { origin, at: this.world.clock.now() };
    await this.needs.database.transaction((transaction) =>
      this.needs.codes.send(transaction, {
        purpose: 'registration',
        userId: null,
        payload: { email, name, passwordHash },
        mailWith: (code) =>
          owner === null
            ? confirmRegistration(email, code, this.world.config, event)
            : alreadyRegistered(owner.email, this.world.config, event),
      }),
    );
    return done({ kind: 'confirmation-sent' });
  }

  /** Counts against the limits like a login, so that a mailed code is no way to guess passwords freely. */
  async #isChosenPassword({ payload }: ShownCode<'registration'>, password: string, origin: Origin): Promise<boolean> {
    if (isTooLong(password) || !password.isWellFormed()) return false;
    const attempt = await this.needs.limits.beginPassword(payload.email, origin);
    return this.needs.passwords.inTurn(origin, async (matches) => {
      const { mayBeRight, refusal } = await attempt.spend();
      const isRight = (await matches(payload.passwordHash, password)) && mayBeRight;
      if (isRight) await attempt.giveBack();
      else if (refusal !== null) throw refusal;
      return isRight;
    });
  }

  /** @returns null when the code was used meanwhile, or somebody else has the address by now */
  async #create(code: ShownCode<'registration'>, origin: Origin): Promise<UserWithSecrets | null> {
    try {
      return await this.needs.database.transaction(async (transaction) => {
        if (!(await this.needs.codes.use(transaction, code))) return null;
        return this.needs.users.insert(
          transaction,
          { ...code.payload, emailVerifiedAt: new Date(this.world.clock.now()) },
          { id: null, origin },
        );
      });
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  async #logIn(user: UserWithSecrets, deviceName: string | null | undefined, origin: Origin) {
    const started = await this.needs.sessions.start(user, deviceName || null, origin);
    return started.kind === 'failed' ? started : done({ kind: 'logged-in', loggedIn: { ...started.result, user } } as const);
  }
}
