/** The tokens room: signing keys, access tokens, and the transaction that stores what is needed to revoke them. */
import type { Database } from '../../database/database.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { AccessTokens } from './access-tokens.js';
import { tokenCommands } from './commands.js';
import { SigningKeys } from './signing-keys.js';
import { removeDeadAccessTokens, TokenMint } from './token-mint.js';

interface Below {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly audit: Audit;
  readonly endings: SessionEndings;
}

export function openTokens(world: World, below: Below) {
  const keys = new SigningKeys(world, below);
  const accessTokens = new AccessTokens(world, { keys });
  const mint = new TokenMint(world, { ...below, keys, accessTokens });
  return {
    parts: { keys, accessTokens, mint },
    resolvers: [],
    commands: tokenCommands({ keys }),
    prune: async () => {
      await below.revocations.prune(removeDeadAccessTokens);
      const blacklistRows = await below.revocations.prune();
      return { blacklistRows, signingKeys: await keys.prune() };
    },
  };
}
