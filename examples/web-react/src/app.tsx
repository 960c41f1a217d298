/** The page: whoever is logged in sees the account, everybody else the form. */
import { useAuth } from 'latchkey/client/react';
import { Account } from './account.js';
import { LoginForm } from './login-form.js';
import { auth } from './session.js';

export function App() {
  const { status, sessionId, failure, pendingLogouts } = useAuth(auth);
  return (
    <main>
      {status === 'unknown' && <p>{failure ? 'The server does not answer.' : 'One moment.'}</p>}
      {status === 'loggedOut' && <LoginForm />}
      {/* With the session as its key nothing of one user is left over for the next. */}
      {status === 'loggedIn' && <Account key={sessionId} />}
      {pendingLogouts > 0 && <p role="status">You are logged out here. The server is told as soon as it can be reached.</p>}
    </main>
  );
}
