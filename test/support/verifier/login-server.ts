/** A real login server on a socket, with services that follow it and users whose sessions end in every way. */
import { onTestFinished } from 'vitest';
import { createVerifier, type Verifier, type VerifierOptions } from '../../../src/verifier/verifier.js';
import { type Administrator, makeAdministrator } from '../app/administrators.js';
import type { FrozenClock } from '../app/clocks.js';
import { PASSWORD, type Tokens } from '../app/requests.js';
import { startApp, type TestApp } from '../app/start-app.js';
import { act, logOut } from '../mutations/mutations.js';
import { createService } from '../services/services.js';
import { decode, type Key, signText, stealSigningKey } from '../tokens/forging.js';

/** The audience that every access token names. */
export const AUDIENCE = 'orders';

export interface User extends Tokens {
  readonly id: string;
}

export interface LoginServer extends TestApp {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly admin: Administrator;
  registerUser(): Promise<User>;
  follow(options?: Partial<VerifierOptions>): Promise<Verifier>;
  /** Ends the session, and resolves when the login server has answered. */
  end(token: string): Promise<void>;
  changeRoles(user: User): Promise<void>;
  disable(user: User): Promise<void>;
  changePassword(user: User): Promise<void>;
  /** The same token, with other claims: the server has signed it. */
  resign(token: string, claims: object): Promise<string>;
}

/** The services of these tests are real, so their clocks are too. */
const REAL: FrozenClock = { now: () => Date.now(), advance: () => undefined, set: () => undefined };

export async function startLoginServer(): Promise<LoginServer> {
  const server = await startApp({ clock: REAL, settings: { ACCESS_TOKEN_AUDIENCES: AUDIENCE } });
  const url = await server.app.server.listen({ port: 0, host: '127.0.0.1' });
  const admin = await makeAdministrator(server);
  let users = 0;
  let key: Promise<Key> | null = null;
  const must = async (outcome: Promise<unknown>, wanted: unknown) => {
    const got = await outcome;
    if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
  };
  return {
    ...server,
    url,
    admin,
    async registerUser() {
      users += 1;
      const tokens = await server.register(`user-${users}@example.com`);
      const { data } = await server.send('{ me { id } }', { token: tokens.accessToken });
      return { ...tokens, id: data.me.id };
    },
    async follow(options = {}) {
      const { audience = AUDIENCE } = options;
      const { credential } = await createService(server, audience, audience);
      const verifier = await createVerifier({ url, credential, audience, clockToleranceSeconds: 0, log: SILENT, ...options });
      onTestFinished(() => verifier.close());
      await verifier.ready();
      return verifier;
    },
    end: (token) => must(logOut(server, { token }), 1),
    changeRoles: ({ id }) => must(act(server, 'setUserRoles', { userId: id, roles: ['EDITOR'] }, admin.accessToken), 'ok'),
    disable: ({ id }) => must(act(server, 'disableUser', { userId: id }, admin.accessToken), 'ok'),
    changePassword: ({ accessToken }) =>
      must(act(server, 'changePassword', { currentPassword: PASSWORD, newPassword: 'another horse battery' }, accessToken), 'ok'),
    async resign(token, claims) {
      key ??= stealSigningKey(server.dataDir);
      const { header, payload } = decode(token);
      return signText(await key, JSON.stringify(header), JSON.stringify({ ...payload, ...claims }));
    },
  };
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
