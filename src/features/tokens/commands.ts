/** The commands for signing keys: list, rotate and revoke. */
import { z } from 'zod';
import { command, NOTHING } from '../../lib/command.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import { COMMAND_LINE } from '../endings/actor.js';
import type { SigningKeys } from './signing-keys.js';

export interface KeySummary {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly activeAt: Date;
  readonly retiredAt: Date | null;
}

const NO_SUCH_KEY = failed({ code: 'NOT_FOUND', message: 'There is no such key. `latchkey keys list` shows them.' });

export function tokenCommands({ keys }: { readonly keys: SigningKeys }) {
  return {
    listKeys: command(NOTHING, async (): Promise<Outcome<KeySummary[]>> => {
      if (keys.isShared) await keys.refresh();
      return done(keys.list().map(toKeySummary));
    }),
    rotateKeys: command(z.strictObject({ now: z.boolean().optional() }), async ({ now = false }) =>
      done(toKeySummary(await keys.rotate(COMMAND_LINE.id, { now }))),
    ),
    /** For a leaked key: revokes every token that it has signed. */
    revokeKey: command(z.strictObject({ kid: z.string() }), async ({ kid }): Promise<Outcome<{ kid: string; signs: string }>> => {
      const revoked = await keys.revoke(kid, COMMAND_LINE.id);
      return revoked ? done({ kid, signs: keys.current.kid }) : NO_SUCH_KEY;
    }),
  };
}

function toKeySummary({ kid, algorithm, createdAt, activeAt, retiredAt }: KeySummary): KeySummary {
  return { kid, algorithm, createdAt, activeAt, retiredAt };
}
