/** Decides when the login server is asked again after it has refused or failed, and tells the operator once. */
import type { VerifierClock, VerifierFault, VerifierLog } from './contract.js';
import { FeedRefusal, isRefusal } from './feed-failures.js';

/** What an operator has to do something about. */
type Complaint = Extract<VerifierFault, 'credential-refused' | 'too-many-verifiers' | 'unreachable'>;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** So many failures in a row are tried again at the pace of the reducer: a server that restarts is missed for a moment only. */
const QUICK_TRIES = 10;

const TEXTS: Readonly<Record<Complaint, string>> = {
  'credential-refused':
    'the login server refuses the service credential: it is wrong, or was revoked. No token is accepted. `latchkey service create` makes a new one',
  'too-many-verifiers': 'the login server takes no more verifiers, or not so many requests',
  unreachable: 'the login server can not be reached, or does not answer as one',
};

export function createPatience(...given: ConstructorParameters<typeof Patience>): Patience {
  return new Patience(...given);
}

export class Patience {
  #complaint: Complaint | null = null;
  #failures = 0;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(private readonly world: { readonly clock: VerifierClock; readonly log: VerifierLog }) {}

  /** Why the newest request has failed, if an operator must know. */
  get complaint(): Complaint | null {
    return this.#complaint;
  }

  /** Runs the request, or rejects at once while it is too early for another one. */
  async try<Result>(request: () => Promise<Result>): Promise<Result> {
    if (this.world.clock.now().monotonic < this.#notBefore) throw new Error('It is too early to ask again');
    try {
      const result = await request();
      this.#succeed();
      return result;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #succeed(): void {
    if (this.#complaint !== null) this.world.log.info({}, 'the login server answers again');
    this.#complaint = null;
    this.#failures = 0;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    const complaint = complaintOf(error, this.#complaint);
    this.#notBefore = this.world.clock.now().monotonic + this.#pauseMs(error, complaint);
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    const fields = { fault: complaint, reason: error instanceof Error ? reasonOf(error) : 'unknown' };
    if (complaint === 'unreachable') this.world.log.warn(fields, TEXTS[complaint]);
    else this.world.log.error(fields, TEXTS[complaint]);
  }

  #pauseMs(error: unknown, complaint: Complaint): number {
    if (error instanceof FeedRefusal && error.retryAfterMs !== null) return Math.min(error.retryAfterMs, LONGEST_PAUSE_MS);
    const extra = complaint === 'unreachable' ? this.#failures - QUICK_TRIES : this.#failures;
    return extra <= 0
      ? 0
      : Math.min(FIRST_PAUSE_MS * 2 ** Math.min(extra - 1, 10), complaint === 'unreachable' ? FIRST_PAUSE_MS : LONGEST_PAUSE_MS);
  }
}

function complaintOf(error: unknown, before: Complaint | null): Complaint {
  if (isRefusal(error, 401, 403)) return 'credential-refused';
  // An address that has shown a wrong credential too often is refused with this status as well.
  if (isRefusal(error, 429)) return before === 'credential-refused' ? before : 'too-many-verifiers';
  return 'unreachable';
}

/** `fetch` hides the reason in the cause. Neither text holds anything of the request but its address. */
function reasonOf({ message, cause }: Error): string {
  const inner = cause instanceof Error ? (cause as Error & { code?: unknown }) : null;
  return inner === null ? message : `${message}: ${typeof inner.code === 'string' ? inner.code : inner.message}`;
}
