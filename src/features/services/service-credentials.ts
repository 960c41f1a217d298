/** Service credentials: another service shows one to ask about tokens. It is never a user's token. */
import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.js';
import type { ServiceCredential as StoredCredential } from '../../database/generated/client.js';
import { freshId, type Randomness } from '../../lib/ambient.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { isName } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { Actor } from '../endings/actor.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import { findLiveCredential } from './service-statements.js';
import type { Verifiers } from './verifiers.js';

/** A credential as others may see it. Its text is shown once, by `create`. */
export type ServiceCredential = Omit<StoredCredential, 'hash'>;

export interface CreatedCredential {
  readonly id: string;
  readonly name: string;
  /** The text that the service keeps. The prefix lets scanners find a credential that leaked into a repository. */
  readonly credential: string;
}

const PREFIX = 'lkv_';
/** 256 random bits. */
const SHAPE = /^lkv_[A-Za-z0-9_-]{43}$/;
/** The same characters as in the settings that name audiences. */
const AUDIENCE = /^[!-~]{1,255}$/;
const MAX_LISTED = 1_000;

const NAME_INVALID = failed({
  code: 'NAME_INVALID',
  message: 'Use a name of 1 to 200 characters without control characters.',
  field: ['input', 'name'],
});

const AUDIENCE_INVALID = failed({
  code: 'AUDIENCE_INVALID',
  message: 'Use an audience of at most 255 printable characters, without spaces.',
  field: ['input', 'audience'],
});

const NO_SUCH_CREDENTIAL = failed({ code: 'NOT_FOUND', message: 'There is no service credential with this id.', field: ['input', 'id'] });

interface Needs {
  readonly database: Database;
  readonly endings: SessionEndings;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly reauthentication: Reauthentication;
  readonly verifiers: Pick<Verifiers, 'endCredential'>;
}

export class ServiceCredentials {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Makes a credential. This answer is the only one that contains its text.
   *
   * @throws LatchkeyError UNAUTHENTICATED if the actor's session has ended
   */
  async create({ name, audience }: Pick<StoredCredential, 'name' | 'audience'>, actor: Actor): Promise<Outcome<CreatedCredential>> {
    if (!isName(name)) return NAME_INVALID;
    if (!AUDIENCE.test(audience)) return AUDIENCE_INVALID;
    const credential = makeCredential(this.world.randomness);
    const id = freshId(this.world.randomness);
    return this.needs.endings.commit(async (steps): Promise<Outcome<CreatedCredential>> => {
      const missing = await this.needs.reauthentication.findPrecondition(steps, actor);
      if (missing !== null) return failed(missing);
      const createdAt = new Date(this.world.clock.now());
      await steps.transaction.serviceCredential.create({ data: { id, name, audience, hash: sha256(credential), createdAt } });
      await this.needs.audit.record(steps.transaction, {
        kind: 'service-credential.created',
        actor: actor.id,
        reason: id,
        ...actor.origin,
      });
      return done({ id, name, credential });
    });
  }

  /** The newest 1,000, the revoked among them, newest first. */
  list(): Promise<ServiceCredential[]> {
    return this.needs.database.read((client) =>
      client.serviceCredential.findMany({ omit: { hash: true }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: MAX_LISTED }),
    );
  }

  /**
   * Revokes a credential. When it returns, every node refuses it, because each request reads it from the database, and no verifier has a lease
   * by it (R35). A second time it changes nothing.
   *
   * @throws LatchkeyError UNAUTHENTICATED if the actor's session has ended, LOGOUT_UNCONFIRMED if a lease may be alive
   */
  async revoke(id: string, actor: Actor): Promise<Outcome<ServiceCredential>> {
    const outcome = await this.needs.endings.commit(async (steps): Promise<Outcome<ServiceCredential>> => {
      const missing = await this.needs.reauthentication.findPrecondition(steps, actor);
      if (missing !== null) return failed(missing);
      const { serviceCredential } = steps.transaction;
      const { count } = await serviceCredential.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: new Date(this.world.clock.now()) },
      });
      const found = await serviceCredential.findUnique({ where: { id }, omit: { hash: true } });
      if (found === null) return NO_SUCH_CREDENTIAL;
      if (count > 0)
        await this.needs.audit.record(steps.transaction, {
          kind: 'service-credential.revoked',
          actor: actor.id,
          reason: id,
          ...actor.origin,
        });
      return done(found);
    });
    if (outcome.kind === 'done') await this.needs.verifiers.endCredential(id);
    return outcome;
  }

  /**
   * Looks a credential up in the database, each time, so that a revocation holds at once on all nodes. It counts nothing.
   *
   * @returns null if it is unknown or revoked
   * @throws LatchkeyError AUTH_UNAVAILABLE
   */
  async find(text: string): Promise<ServiceCredential | null> {
    if (!SHAPE.test(text)) return null;
    const [row] = await this.needs.database.ask(findLiveCredential(sha256(text)));
    if (row === undefined) return null;
    const { hash: _, ...shown } = row;
    return shown;
  }

  /** Which of the credentials are known and not revoked. @throws LatchkeyError AUTH_UNAVAILABLE */
  async findLive(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const where = { id: { in: [...ids] }, revokedAt: null };
    const found = await this.needs.database.read((client) => client.serviceCredential.findMany({ where, select: { id: true } }));
    return new Set(found.map(({ id }) => id));
  }

  /**
   * Does the same as `find` for a request from an address, and counts a wrong credential against the budget of that address. A right credential is
   * never counted or refused, however many wrong ones came from the address: it has 256 random bits, so no budget is needed to protect it.
   * The budget bounds only the work that wrong ones cause.
   *
   * @throws LatchkeyError RATE_LIMITED, AUTH_UNAVAILABLE
   */
  async identify(text: string, origin: Origin): Promise<ServiceCredential | null> {
    const found = await this.find(text);
    if (found === null) await this.needs.limits.spendCredential(origin);
    return found;
  }
}

function makeCredential(randomness: Randomness): string {
  return `${PREFIX}${randomness.bytes(32).toString('base64url')}`;
}

/** A plain hash is enough for random bits; slow hashes are for what people choose. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
