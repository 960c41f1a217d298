/** The door of a service: the one place where a header becomes a caller, and where callers are judged again (R39). */
import type { AccessToken } from '../caller/access-token-claims.js';
import { isExpired } from '../caller/access-token-claims.js';
import { bearerTokenOf } from '../caller/bearer-token.js';
import { coalesced } from '../lib/coalesced.js';
import { answersAtOnce } from '../revocation/lease/lease.js';
import { hasEnded, type RevocationVerdict } from '../revocation/revocation-check.js';
import type { AuthenticatedCaller, CheckVerdict, Verifier, VerifierCaller, VerifierStatus, WatchEnd } from './contract.js';
import type { FeedStream } from './feed-stream.js';
import type { KeyRing } from './key-ring.js';
import type { LeaseDriver } from './lease-driver.js';
import type { Settings } from './options.js';
import type { Patience } from './patience.js';
import type { Surroundings } from './surroundings.js';
import type { TokenVerification, Verification } from './token-verification.js';
import type { Watches } from './watches.js';

interface Needs {
  readonly driver: LeaseDriver;
  readonly verification: TokenVerification;
  readonly ring: KeyRing;
  readonly watches: Watches;
  readonly patience: Patience;
  readonly settings: Settings;
  readonly stream: FeedStream | null;
}

type Judgement = RevocationVerdict | 'unknown';

/** Whoever sends tokens with keys and generations that do not exist makes the verifier renew at most once in this time. */
const RENEW_SPACING_MS = 50;
const RETRY_AFTER_SECONDS = 1;

const UNKNOWN: VerifierCaller = { kind: 'unknown', retryAfter: RETRY_AFTER_SECONDS };

export function createServiceDoor(...given: ConstructorParameters<typeof ServiceDoor>): Verifier {
  return new ServiceDoor(...given);
}

class ServiceDoor implements Verifier {
  readonly #renew: () => Promise<void>;

  constructor(
    private readonly world: Surroundings,
    private readonly needs: Needs,
  ) {
    this.#renew = coalesced(() => needs.driver.renew(), RENEW_SPACING_MS);
  }

  authenticate(authorization: string | readonly string[] | undefined): VerifierCaller | Promise<VerifierCaller> {
    const headers = authorization === undefined ? [] : typeof authorization === 'string' ? [authorization] : authorization;
    const text = bearerTokenOf(headers);
    if (text === null || text === undefined) return anonymous(text === null ? 'TOKEN_INVALID' : 'TOKEN_MISSING');
    // Before the first answer neither the keys nor the issuer are known.
    if (this.needs.driver.issuer === null || !this.needs.driver.replica.isKnown)
      return this.#authenticateLater(text, () => this.needs.driver.check());
    const verification = this.needs.verification.verify(text, this.world.clock.now().wall);
    if (verification.kind === 'key-unknown') return this.#authenticateLater(text, this.#renew);
    return this.#judge(verification);
  }

  check({ token }: AuthenticatedCaller): Exclude<CheckVerdict, 'unknown'> | Promise<CheckVerdict> {
    const verdict = this.#ask(token);
    return verdict instanceof Promise ? verdict.then(publicVerdict) : (publicVerdict(verdict) as Exclude<CheckVerdict, 'unknown'>);
  }

  watch({ token }: AuthenticatedCaller, end: (cause: WatchEnd) => void): () => void {
    const watch = this.needs.watches.add(token, end);
    const judge = (verdict: Judgement) => {
      if (verdict !== 'live') watch.end(verdict === 'unknown' ? 'unavailable' : verdict);
    };
    // It is found by its ids first and judged second. In the other order, a revocation between the two would miss it.
    const verdict = this.#ask(token);
    if (verdict instanceof Promise) void verdict.then(judge);
    else judge(verdict);
    return watch.stop;
  }

  ready(): Promise<void> {
    return this.needs.driver.loaded;
  }

  get status(): VerifierStatus {
    const { driver, patience, watches } = this.needs;
    const { lease, fault, isListening, isStopped } = driver.state;
    const now = this.world.clock.now();
    const complaint = patience.complaint === 'unreachable' ? null : patience.complaint;
    return {
      hasLease: driver.hasLease,
      fault: isStopped ? 'stopped' : (complaint ?? fault),
      isHearing: isListening,
      version: driver.state.applied,
      ids: driver.replica.size,
      watched: watches.size,
      leaseAgeSeconds: lease === null ? null : (now.monotonic - lease.from.monotonic) / 1000,
    };
  }

  async close(): Promise<void> {
    const { driver, stream, watches } = this.needs;
    stream?.stop();
    const stopped = driver.stop();
    watches.endAll();
    await stopped;
  }

  async #authenticateLater(text: string, wait: () => Promise<void> | undefined): Promise<VerifierCaller> {
    try {
      await wait();
      if (this.needs.driver.issuer === null) return UNKNOWN;
      return await this.#judge(this.needs.verification.verify(text, this.world.clock.now().wall));
    } catch {
      return UNKNOWN;
    }
  }

  #judge(verification: Verification): VerifierCaller | Promise<VerifierCaller> {
    if (verification.kind === 'invalid' || verification.kind === 'key-unknown') return anonymous('TOKEN_INVALID');
    if (verification.kind === 'expired') return anonymous('TOKEN_EXPIRED');
    const { token } = verification;
    const verdict = this.#ask(token);
    return verdict instanceof Promise ? verdict.then((known) => callerOf(token, known)) : callerOf(token, verdict);
  }

  /** Within a lease it answers from memory, at once. The promise never rejects. */
  #ask(token: AccessToken): RevocationVerdict | Promise<Judgement> {
    const { driver, settings } = this.needs;
    const now = this.world.clock.now();
    if (isExpired(token, now.wall, settings.clockToleranceSeconds)) return 'expired';
    if (answersAtOnce(driver.state, now) && token.gen <= driver.replica.generation) return this.#lookUp(token);
    try {
      const waiting = driver.check();
      if (waiting === undefined && token.gen <= driver.replica.generation) return this.#lookUp(token);
      return this.#askLater(token, waiting);
    } catch {
      return Promise.resolve('unknown');
    }
  }

  async #askLater(token: AccessToken, waiting: Promise<void> | undefined): Promise<Judgement> {
    try {
      await waiting;
      // A new generation may have begun since the newest answer, and have issued this token.
      if (token.gen > this.needs.driver.replica.generation) await this.#renew();
      return this.#lookUp(token);
    } catch {
      return 'unknown';
    }
  }

  /** A token whose key has left the ring is refused, verified before or not. @throws LatchkeyError if the log is not known */
  #lookUp(token: AccessToken): RevocationVerdict {
    const verdict = this.needs.driver.replica.verdictOn(token);
    return verdict === 'live' && this.needs.ring.find(token.kid) === null ? 'token-revoked' : verdict;
  }
}

function callerOf(token: AccessToken, verdict: Judgement): VerifierCaller {
  if (verdict === 'live') return { kind: 'authenticated', token };
  if (verdict === 'unknown') return UNKNOWN;
  return verdict === 'expired'
    ? anonymous('TOKEN_EXPIRED')
    : { kind: 'anonymous', reason: 'TOKEN_REVOKED', sessionEnded: hasEnded(verdict) };
}

function anonymous(reason: 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED'): VerifierCaller {
  return { kind: 'anonymous', reason, sessionEnded: null };
}

function publicVerdict(verdict: Judgement): CheckVerdict {
  return verdict === 'live' || verdict === 'expired' || verdict === 'unknown' ? verdict : 'revoked';
}
