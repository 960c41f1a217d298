/** `latchkey/client/react`: whether somebody is logged in, for components. */
import { useEffect, useSyncExternalStore } from 'react';
import type { AuthClient, AuthState } from './auth-client.js';

/** What a server renders, and a browser at first: the tokens are in the browser. */
const UNKNOWN: AuthState = { status: 'unknown', sessionId: null, failure: null, pendingLogouts: 0 };

/** The component is rendered again when the state changes, in whichever tab. */
export function useAuth(auth: AuthClient): AuthState {
  const state = useSyncExternalStore(
    auth.onChange,
    () => auth.state,
    () => UNKNOWN,
  );
  useEffect(() => {
    if (auth.state.status === 'unknown') auth.getAccessToken().catch(() => undefined);
  }, [auth]);
  return state;
}
