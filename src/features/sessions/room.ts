/** The sessions room: login, refresh, logout, and a user's own sessions. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { JointLogouts } from '../endings/joint-logouts.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Notices } from '../mail/notices.js';
import type { TokenMint } from '../tokens/token-mint.js';
import type { Credentials } from '../users/credentials.js';
import type { Users } from '../users/users.js';
import { sessionCommands } from './commands.js';
import { LiveResolver } from './live.resolver.js';
import { Login } from './login.js';
import { LoginResolver } from './login.resolver.js';
import { Logout } from './logout.js';
import { LogoutResolver } from './logout.resolver.js';
import { NewDevices } from './new-devices.js';
import { Reauthentication } from './reauthentication.js';
import { RefreshTokenResolver } from './refresh-token.resolver.js';
import { Refreshes } from './refreshes.js';
import { SessionResolver } from './session.resolver.js';
import { Sessions } from './sessions.js';

interface Below {
  readonly database: Database;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly users: Users;
  readonly credentials: Credentials;
  readonly endings: SessionEndings;
  readonly joint: JointLogouts;
  readonly notices: Notices;
  readonly mint: TokenMint;
}

export function openSessions(world: World, below: Below) {
  const sessions = new Sessions(world, { ...below, newDevices: new NewDevices(below) });
  const logouts = new Logout(world, { ...below, sessions });
  return {
    parts: { sessions, logouts, reauthentication: new Reauthentication(world, below) },
    resolvers: [
      new LoginResolver(new Login({ ...below, sessions })),
      new RefreshTokenResolver(new Refreshes(world, below)),
      new LogoutResolver(logouts),
      new SessionResolver(sessions),
      new LiveResolver(sessions),
    ],
    commands: sessionCommands({ ...below, sessions }),
    prune: async () => ({ sessions: await sessions.prune() }),
  };
}
