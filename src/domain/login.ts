/** The two ways in: log in with credentials, or register. */
import type { Config } from '../config.js';
import { failed, type Outcome, type UserFailure } from '../errors.js';
import type { Credentials } from './credentials.js';
import type { Origin } from './origin.js';
import type { OpenSession, Sessions } from './sessions.js';
import { isName } from './text-rules.js';
import type { NewUser, User, Users, UserWithSecrets } from './users.js';

export interface LoggedIn extends OpenSession {
  readonly user: User;
}

export interface LoginRequest {
  readonly email: string;
  readonly password: string;
  readonly deviceName?: string | null | undefined;
}

const DEVICE_NAME_INVALID: UserFailure = {
  code: 'DEVICE_NAME_INVALID',
  message: 'Use a device name of 1 to 200 characters without control characters.',
  field: ['input', 'deviceName'],
};

export class Login {
  constructor(
    private readonly credentials: Credentials,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly settings: Pick<Config, 'registration'>,
  ) {}

  async logIn({ email, password, deviceName }: LoginRequest, origin: Origin): Promise<Outcome<LoggedIn>> {
    if (deviceName != null && !isName(deviceName)) return failed(DEVICE_NAME_INVALID);
    const user = await this.credentials.check(email, password);
    if (user === null) return failed({ code: 'INVALID_CREDENTIALS', message: 'Email or password is wrong.' });
    return this.#start(user, deviceName, origin);
  }

  async register({ deviceName, ...newUser }: NewUser & Pick<LoginRequest, 'deviceName'>, origin: Origin): Promise<Outcome<LoggedIn>> {
    if (this.settings.registration === 'closed') {
      return failed({ code: 'REGISTRATION_CLOSED', message: 'Registration is closed here. Ask an administrator for an account.' });
    }
    if (deviceName != null && !isName(deviceName)) return failed(DEVICE_NAME_INVALID);
    const created = await this.users.create(newUser, null);
    return created.kind === 'failed' ? created : this.#start(created.result, deviceName, origin);
  }

  async #start(user: UserWithSecrets, deviceName: string | null | undefined, origin: Origin): Promise<Outcome<LoggedIn>> {
    const started = await this.sessions.start(user, deviceName ?? null, origin);
    return started.kind === 'failed' ? started : { kind: 'done', result: { ...started.result, user } };
  }
}
