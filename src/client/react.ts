/** `latchkey/client/react`: a hook that tells components whether somebody is logged in. */
import { useEffect, useSyncExternalStore } from 'react';
import type { AuthClient, AuthState } from './auth-client.js';

/** The state in server rendering and in the first render of a browser: only the browser has the tokens. */
const UNKNOWN: AuthState = { status: 'unknown', sessionId: null, failure: null, pendingLogouts: 0 };

/** Renders the component again when the state changes, also if another tab changed it. */
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
