/** A verifier of another service, and a login server on a real socket that it follows. */
import { onTestFinished } from 'vitest';
import {
  type AuthenticatedCaller,
  createVerifier,
  type Verifier,
  type VerifierCaller,
  type VerifierOptions,
  type WatchEnd,
} from '../../../src/verifier/verifier.js';
import { frozenClock } from '../app/clocks.js';
import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';
import { addressOf, createService } from '../feed/raw-feed.js';

/** Long enough that what is answered before has not waited for a lease to run out. */
export const LONG = '60s';

/** A server whose tokens are of this moment: a verifier judges `exp` by the clock of its machine. */
export function startLoginServer(settings: Record<string, string> = {}, options: TestOptions = {}): Promise<TestApp> {
  const clock = frozenClock(Math.floor(Date.now() / 1000) * 1000);
  return startApp({ clock, ...options, settings: { METRICS_PORT: 'off', ...settings } });
}

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

export interface OpenedVerifier {
  readonly verifier: Verifier;
  readonly lines: readonly LoggedLine[];
  readonly credential: { readonly id: string; readonly credential: string };
  /** Milliseconds by which a test has set the clocks. */
  readonly steps: { monotonic: number; wall: number };
}

export async function openVerifier(server: Pick<TestApp, 'app'>, options: Partial<VerifierOptions> = {}): Promise<OpenedVerifier> {
  const credential = options.credential === undefined ? await createService(server) : { id: '', credential: options.credential };
  const opened = await openVerifierAt(options.url ?? (await addressOf(server)), { ...options, credential: credential.credential });
  return { ...opened, credential };
}

export async function openVerifierAt(url: string, options: Partial<VerifierOptions>): Promise<Omit<OpenedVerifier, 'credential'>> {
  const lines: LoggedLine[] = [];
  const write = (level: LoggedLine['level']) => (fields: object, message: string) => lines.push({ level, message, fields });
  const steps = { monotonic: 0, wall: 0 };
  const verifier = await createVerifier({
    url,
    audience: 'latchkey',
    credential: 'lkv_0123456789012345678901234567890123456789012',
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    clock: { now: () => ({ monotonic: performance.now() + steps.monotonic, wall: Date.now() + steps.wall }) },
    ...options,
  });
  onTestFinished(() => verifier.close());
  return { verifier, lines, steps };
}

export const bearer = (token: string) => `Bearer ${token}`;

/** @throws Error if the token is not accepted */
export async function callerOf(verifier: Verifier, token: string): Promise<AuthenticatedCaller> {
  const caller = await verifier.authenticate(bearer(token));
  if (caller.kind !== 'authenticated') throw new Error(`not accepted: ${textOf(caller)}`);
  return caller;
}

/** What became of a token, as one text. */
export async function ask(verifier: Verifier, token: string | undefined): Promise<string> {
  return textOf(await verifier.authenticate(token === undefined ? undefined : bearer(token)));
}

export function textOf(caller: VerifierCaller): string {
  if (caller.kind !== 'anonymous') return caller.kind;
  return caller.sessionEnded === null ? caller.reason : `${caller.reason} ${caller.sessionEnded ? 'with' : 'without'} its session`;
}

/** Watches, and collects how it ends. */
export function watch(verifier: Verifier, caller: AuthenticatedCaller): WatchEnd[] {
  const ends: WatchEnd[] = [];
  verifier.watch(caller, (end) => ends.push(end));
  return ends;
}

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
