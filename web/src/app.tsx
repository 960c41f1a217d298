/** The frame of the console: who is there decides which pages there are. */
import { useQuery, useSubscription } from '@apollo/client/react';
import { useAuth } from 'latchkey/client/react';
import { type ReactNode, useEffect } from 'react';
import { say, useNotice } from './notices.js';
import { ME, SESSION_EVENTS } from './operations.js';
import { EmailPage } from './pages/email.js';
import { EventsPage } from './pages/events.js';
import { MAIL_PAGES } from './pages/mail-pages.js';
import { PasswordPage } from './pages/password.js';
import { ServerPage } from './pages/server.js';
import { SessionsPage } from './pages/sessions.js';
import { SignInPage } from './pages/sign-in.js';
import { SignUpPage } from './pages/sign-up.js';
import { TokenPage } from './pages/token.js';
import { UserPage } from './pages/user.js';
import { UsersPage } from './pages/users.js';
import { Link } from './parts/link.js';
import { Loaded } from './parts/loaded.js';
import { usePage } from './route.js';
import { apollo, auth } from './session.js';
import { texts } from './texts.js';

const ADMIN_ROLE = 'ADMIN';
const OWN_PAGES = ['sessions', 'email', 'password', 'events', 'token'] as const;
const ADMIN_PAGES = ['users', 'server'] as const;

export function App() {
  const { status, failure, pendingLogouts } = useAuth(auth);
  const notice = useNotice();
  useEffect(() => {
    let wasLoggedIn = auth.state.status === 'loggedIn';
    let isOwnLogout = false;
    return auth.onChange((change, state) => {
      // Who opens the console without a session has lost none.
      if (change.reason === 'LOGGED_OUT' && wasLoggedIn) say(texts.signedOut[change.why]);
      if (change.reason === 'LOGGED_OUT') isOwnLogout = change.why === 'LOGOUT';
      if (change.reason === 'LOGGED_IN') say('');
      if (change.reason === 'LOGOUT_CONFIRMED' && isOwnLogout && state.status === 'loggedOut') say(texts.confirmedLogout);
      wasLoggedIn = state.status === 'loggedIn';
    });
  }, []);
  const trouble = pendingLogouts > 0 ? texts.pendingLogout : failure ? texts.unreachable : '';
  return (
    <>
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      {status === 'loggedIn' ? <SignedIn /> : <SignedOut isUnknown={status === 'unknown'} />}
      <div className="notices">
        <p role="status" aria-live="polite" className="notice" hidden={notice === ''}>
          {notice}
        </p>
        <p role="alert" className="notice trouble" hidden={trouble === ''}>
          {trouble}
        </p>
      </div>
    </>
  );
}

function SignedOut({ isUnknown }: { isUnknown: boolean }) {
  const page = usePage();
  const MailPage = MAIL_PAGES.get(page);
  return (
    <Frame>
      {isUnknown ? (
        <p className="waiting">{texts.loading}</p>
      ) : MailPage ? (
        <MailPage />
      ) : page === 'token' ? (
        <TokenPage canUseOwn={false} />
      ) : page === 'sign-up' ? (
        <SignUpPage />
      ) : (
        <SignInPage />
      )}
    </Frame>
  );
}

function SignedIn() {
  const { data, error } = useQuery(ME);
  // The connection that tells of the end of this session, and of what happens to the others.
  useSubscription(SESSION_EVENTS, {
    ignoreResults: true,
    onData: () => void apollo.refetchQueries({ include: 'active' }).catch(() => undefined),
  });
  // Which pages there are hangs on who it is: they are shown at once, and nothing jumps.
  return data?.me ? (
    <OwnPages {...data.me} />
  ) : (
    <Frame>
      <Loaded data={data?.me} error={error}>
        {() => null}
      </Loaded>
    </Frame>
  );
}

function OwnPages({ email, roles }: { readonly email: string; readonly roles: readonly string[] }) {
  const [page = '', id] = usePage().split('/');
  const isAdministrator = roles.includes(ADMIN_ROLE);
  const current = page === '' || page === 'sign-up' ? 'sessions' : page;
  const MailPage = MAIL_PAGES.get(current);
  const item = (each: (typeof OWN_PAGES)[number] | (typeof ADMIN_PAGES)[number]) => (
    <li key={each}>
      <Link to={each} isCurrent={current === each}>
        {texts.pages[each]}
      </Link>
    </li>
  );
  return (
    <Frame
      who={
        <>
          <span className="who">
            <span className="hidden">{texts.signedInAs} </span>
            {email}
          </span>
          <button type="button" onClick={() => void auth.logout()}>
            {texts.signOut}
          </button>
        </>
      }
      navigation={
        <nav aria-label={texts.navigation}>
          <ul>{OWN_PAGES.map(item)}</ul>
          {isAdministrator && <ul aria-label={texts.administration}>{ADMIN_PAGES.map(item)}</ul>}
        </nav>
      }
    >
      {MailPage ? (
        <MailPage />
      ) : current === 'sessions' ? (
        <SessionsPage />
      ) : current === 'email' ? (
        <EmailPage />
      ) : current === 'password' ? (
        <PasswordPage />
      ) : current === 'events' ? (
        <EventsPage />
      ) : current === 'token' ? (
        <TokenPage canUseOwn />
      ) : isAdministrator && current === 'users' ? (
        id === undefined ? (
          <UsersPage />
        ) : (
          <UserPage key={id} id={id} />
        )
      ) : isAdministrator && current === 'server' ? (
        <ServerPage />
      ) : (
        <p>{texts.notFound}</p>
      )}
    </Frame>
  );
}

function Frame({ who, navigation, children }: { who?: ReactNode; navigation?: ReactNode; children: ReactNode }) {
  return (
    <div className="frame">
      <header>
        <Link to="">
          <span className="product">{texts.product}</span>
        </Link>
        <div className="header-end">{who}</div>
      </header>
      <div className={navigation ? 'columns' : 'column'}>
        {navigation}
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
