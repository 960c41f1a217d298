/** Resolves what other subgraphs refer to, for the user who asks. It shows what the other queries would show this user, and nothing more. */
import type { AccessToken } from '../../caller/access-token-claims.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { type SessionType, toSessionType } from '../sessions/session.type.js';
import type { Sessions } from '../sessions/sessions.js';
import { toUserType, type UserType } from '../users/user.type.js';
import type { Users } from '../users/users.js';
import { type EntityReference, readReferences } from './entity-references.js';

interface Needs {
  readonly users: Users;
  readonly sessions: Sessions;
}

export class Entities {
  constructor(private readonly needs: Needs) {}

  /**
   * Users: the caller, as `me` shows them; for administrators all, as `user` does. Sessions: the live ones of the caller, as `sessions` does.
   * All else is null, whether or not it exists. At most one statement for each type.
   *
   * @param representations as the router sent them
   * @throws LatchkeyError BAD_USER_INPUT
   */
  async find(token: AccessToken, representations: readonly unknown[]): Promise<(UserType | SessionType | null)[]> {
    const references = readReferences(representations);
    const users = this.#findUsers(token, idsOf(references, 'User'));
    const sessions = this.#findSessions(token, idsOf(references, 'Session'));
    const found = { User: await users, Session: await sessions };
    return references.map(({ typename, id }) => (id === null ? null : (found[typename].get(id) ?? null)));
  }

  async #findUsers({ sub, roles }: AccessToken, ids: readonly string[]): Promise<Map<string, UserType>> {
    const seen = roles.includes(ADMIN_ROLE) ? ids : ids.filter((id) => id === sub);
    const users = seen.length === 0 ? [] : await this.needs.users.findAll(seen);
    return new Map(users.map((user) => [user.id, toUserType(user)]));
  }

  async #findSessions({ sub, sid }: AccessToken, ids: readonly string[]): Promise<Map<string, SessionType>> {
    const sessions = ids.length === 0 ? [] : await this.needs.sessions.findLive(sub, ids);
    return new Map(sessions.map((session) => [session.id, toSessionType(session, sid)]));
  }
}

/** Each id once. */
function idsOf(references: readonly EntityReference[], wanted: EntityReference['typename']): string[] {
  return [...new Set(references.flatMap(({ typename, id }) => (typename === wanted && id !== null ? [id] : [])))];
}
