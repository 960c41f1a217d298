/** The page: it shows the account to a user who is logged in, and otherwise the login form. */
import { useAuth } from 'latchkey/client/react';
import { Account } from './account.js';
import { LoginForm } from './login-form.js';
import { auth } from './session.js';

export function App() {
  const { status, sessionId, failure, pendingLogouts } = useAuth(auth);
  return (
    <main>
      {status === 'unknown' && <p>{failure ? 'The server does not answer.' : 'Loading…'}</p>}
      {status === 'loggedOut' && <LoginForm />}
      {/* The key makes React discard all state of one session before the next. */}
      {status === 'loggedIn' && <Account key={sessionId} />}
      {pendingLogouts > 0 && (
        <p role="status">You are logged out in this browser. The server has not confirmed it yet; the page keeps trying.</p>
      )}
    </main>
  );
}
