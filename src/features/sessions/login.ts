/** Logs a user in with email and password. */
import { done, failed, type Outcome, type UserFailure } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { isName } from '../../lib/text-rules.js';
import type { Credentials } from '../users/credentials.js';
import type { User } from '../users/users.js';
import { INVALID_CREDENTIALS, type OpenSession, type Sessions } from './sessions.js';

export interface LoggedIn extends OpenSession {
  readonly user: User;
}

export interface LoginRequest {
  readonly email: string;
  readonly password: string;
  readonly deviceName?: string | null | undefined;
}

export const DEVICE_NAME_INVALID: UserFailure = {
  code: 'DEVICE_NAME_INVALID',
  message: 'Use a device name of 1 to 200 characters without control characters.',
  field: ['input', 'deviceName'],
};

interface Needs {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
}

export class Login {
  constructor(private readonly needs: Needs) {}

  async logIn({ email, password, deviceName }: LoginRequest, origin: Origin): Promise<Outcome<LoggedIn>> {
    if (deviceName && !isName(deviceName)) return failed(DEVICE_NAME_INVALID);
    const entered = await this.needs.credentials.check({ email, password, origin }, async (user, attempt) => {
      const opened = await this.needs.sessions.open(user, deviceName || null, origin, () => attempt.returning());
      if (opened !== null) return { opened, user };
      // The credentials have changed since they were read. The password was right before, so it was no guess.
      await attempt.giveBack();
      return null;
    });
    if (entered === null) return INVALID_CREDENTIALS;
    const { opened, user } = entered;
    await this.needs.sessions.endOverLimit(opened);
    return done({ session: opened.session, tokens: opened.tokens, user: { ...user, lastLoginAt: opened.session.createdAt } });
  }
}
