/** One WebSocket and its caller: it is admitted by the same checks as a request, and closed when its caller may no longer be served. */
import type { AuthenticatedCaller, Verifier, VerifierCaller } from '../contract.js';
import { closeCodeOf, type Refusal, refusalOfCaller } from './refusal.js';

/** What the sockets of `ws` and all who resemble them have in common. */
export interface ClosableSocket {
  close(code?: number, reason?: string): void;
}

export function closeWith(socket: ClosableSocket, refusal: Refusal): void {
  socket.close(closeCodeOf(refusal), refusal.extensions.reason ?? refusal.extensions.code);
}

/** @returns whether the caller may stay; if not, the socket is closing with the code that says why */
export function admit(socket: ClosableSocket, caller: VerifierCaller, allowAnonymous: boolean): boolean {
  const refusal = refusalOfCaller(caller);
  if (refusal === null || (allowAnonymous && refusal.extensions.reason === 'TOKEN_MISSING')) return true;
  closeWith(socket, refusal);
  return false;
}

/** Closes the socket before the logout is acknowledged. @returns stops watching */
export function closeAtEnd(verifier: Verifier, caller: AuthenticatedCaller, socket: ClosableSocket): () => void {
  return verifier.watch(caller, ({ code, reason }) => socket.close(code, reason));
}
