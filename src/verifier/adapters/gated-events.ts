/** The events of one subscription: each is asked about, and the source is left as soon as the caller may no longer be served. */
import type { AuthenticatedCaller, Verifier, VerifierCaller, WatchEnd } from '../contract.js';
import { type Refusal, refusalOfEnd, refusalOfVerdict } from './refusal.js';

const ENDED = Symbol('ended');

/** The last event: the resolver of the field turns it into an error, so that the client learns why the stream ends. */
interface LastEvent {
  readonly [ENDED]: Refusal;
}

export function refusalIn(event: unknown): Refusal | null {
  return typeof event === 'object' && event !== null && ENDED in event ? (event as LastEvent)[ENDED] : null;
}

type Step = IteratorResult<unknown, undefined>;

const DONE: Step = { done: true, value: undefined };

/**
 * @param onEnd called in the same turn in which the caller ends, before the logout is acknowledged
 * @returns the same events; after the end, one that carries the refusal, and then nothing
 */
export function gateEvents(
  verifier: Verifier,
  caller: VerifierCaller,
  source: AsyncIterable<unknown>,
  onEnd: (cause: WatchEnd) => void = () => undefined,
): AsyncIterable<unknown> {
  return caller.kind === 'authenticated' ? gated(verifier, caller, source, onEnd) : source;
}

function gated(
  verifier: Verifier,
  caller: AuthenticatedCaller,
  source: AsyncIterable<unknown>,
  onEnd: (cause: WatchEnd) => void,
): AsyncIterableIterator<unknown, undefined> {
  const events = source[Symbol.asyncIterator]();
  /** Those who wait for an event. A promise that lasts as long as the stream would keep every wait in memory. */
  const waiting = new Set<() => void>();
  let refusal: Refusal | null = null;
  let isOver = false;
  const wake = () => {
    for (const leaveWait of waiting) leaveWait();
  };
  const end = (known: Refusal) => {
    refusal ??= known;
    wake();
  };
  const stop = verifier.watch(caller, (cause) => {
    end(refusalOfEnd(cause));
    onEnd(cause);
  });
  const leave = async (): Promise<Step> => {
    if (isOver) return DONE;
    isOver = true;
    stop();
    wake();
    // A generator that waits for its next event answers `return` only after that event: nobody waits for it.
    Promise.resolve(events.return?.()).catch(() => undefined);
    return DONE;
  };
  /** @returns undefined if the caller ends first, or the reader leaves */
  const unlessOver = <Value>(value: Promise<Value>): Promise<Value | undefined> =>
    new Promise((resolve, reject) => {
      const leaveWait = () => resolve(undefined);
      waiting.add(leaveWait);
      value.then(resolve, reject).finally(() => waiting.delete(leaveWait));
    });
  const sendLast = async (known: Refusal): Promise<Step> => {
    await leave();
    return { done: false, value: { [ENDED]: known } satisfies LastEvent };
  };
  /** @returns the refusal of a caller who is not live any more */
  const ask = async (): Promise<Refusal | null> => {
    const verdict = verifier.check(caller);
    return refusalOfVerdict((verdict instanceof Promise ? await unlessOver(verdict) : verdict) ?? 'unknown');
  };
  const next = async (): Promise<Step> => {
    if (isOver) return DONE;
    if (refusal !== null) return sendLast(refusal);
    try {
      const event = await unlessOver(events.next());
      if (isOver) return DONE;
      if (event?.done === true) return refusal === null ? leave() : sendLast(refusal);
      const known = event === undefined ? null : await ask();
      if (isOver) return DONE;
      if (event !== undefined && known === null && refusal === null) return { done: false, value: event.value };
      return sendLast(refusal ?? known ?? refusalOfEnd({ code: 1013, reason: 'AUTH_UNAVAILABLE' }));
    } catch (failure) {
      await leave();
      throw failure;
    }
  };
  return {
    next,
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
