/** The frame of the console, and its pages: which ones exist depends on whether somebody is logged in, and with which roles. */
import { useQuery, useSubscription } from '@apollo/client/react';
import { useAuth } from 'latchkey/client/react';
import { type ReactNode, useEffect } from 'react';
import { troubleText } from './failures.js';
import { say, useNotice } from './notices.js';
import { ME, SESSION_EVENTS } from './operations.js';
import { EmailPage } from './pages/email.js';
import { EventsPage } from './pages/events.js';
import { LogInPage } from './pages/log-in.js';
import { MAIL_PAGES } from './pages/mail-pages.js';
import { PasswordPage } from './pages/password.js';
import { RegisterPage } from './pages/register.js';
import { ServerPage } from './pages/server.js';
import { ServicesPage } from './pages/services.js';
import { SessionsPage } from './pages/sessions.js';
import { TokenPage } from './pages/token.js';
import { UserPage } from './pages/user.js';
import { UsersPage } from './pages/users.js';
import { Link } from './parts/link.js';
import { Loaded } from './parts/loaded.js';
import { REGISTER_PAGE, usePage } from './route.js';
import { apollo, auth } from './session.js';
import { texts } from './texts.js';

const ADMIN_ROLE = 'ADMIN';
const OWN_PAGES = ['sessions', 'email', 'password', 'events', 'token'] as const;
const ADMIN_PAGES = ['users', 'services', 'server'] as const;

export function App() {
  const { status, failure, pendingLogouts } = useAuth(auth);
  const notice = useNotice();
  useEffect(() => {
    let wasLoggedIn = auth.state.status === 'loggedIn';
    let isOwnLogout = false;
    return auth.onChange((change, state) => {
      // A visitor who opens the console without a session has not been logged out.
      if (change.reason === 'LOGGED_OUT' && wasLoggedIn) say(texts.loggedOut[change.why]);
      if (change.reason === 'LOGGED_OUT') isOwnLogout = change.why === 'LOGOUT';
      if (change.reason === 'LOGGED_IN') say('');
      if (change.reason === 'LOGOUT_CONFIRMED' && isOwnLogout && state.status === 'loggedOut') say(texts.confirmedLogout);
      wasLoggedIn = state.status === 'loggedIn';
    });
  }, []);
  // Browsers call a page insecure that came over plain http, unless from this machine. They drop the cookie of such a page (R30).
  const danger = isSecureContext ? '' : texts.plainHttp;
  const trouble = pendingLogouts > 0 ? texts.pendingLogout : failure ? troubleText(failure) : danger;
  return (
    <>
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      {status === 'loggedIn' ? <LoggedIn /> : <LoggedOut isUnknown={status === 'unknown'} hasFailed={failure !== null} />}
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

function LoggedOut({ isUnknown, hasFailed }: { isUnknown: boolean; hasFailed: boolean }) {
  const page = usePage();
  const MailPage = MAIL_PAGES.get(page);
  return (
    <Frame>
      {isUnknown ? (
        <p className="waiting">{hasFailed ? texts.stillUnknown : texts.loading}</p>
      ) : MailPage ? (
        <MailPage />
      ) : page === 'token' ? (
        <TokenPage canUseOwn={false} />
      ) : page === REGISTER_PAGE ? (
        <RegisterPage />
      ) : (
        <LogInPage />
      )}
    </Frame>
  );
}

function LoggedIn() {
  const { data, error } = useQuery(ME);
  // The server reports events of all the user's sessions on this connection, and closes it when this session ends.
  useSubscription(SESSION_EVENTS, {
    ignoreResults: true,
    onData: () => void apollo.refetchQueries({ include: 'active' }).catch(() => undefined),
  });
  // The navigation depends on the roles. It is drawn only when they are known, so that nothing moves afterwards.
  return data?.me ? (
    <OwnPages {...data.me} />
  ) : (
    // Without an answer there is still a logout: the session is there.
    <Frame who={error && <LogOutButton />}>
      <Loaded data={data?.me} error={error}>
        {() => null}
      </Loaded>
    </Frame>
  );
}

function OwnPages({ email, roles }: { readonly email: string; readonly roles: readonly string[] }) {
  const [page = '', id] = usePage().split('/');
  const isAdministrator = roles.includes(ADMIN_ROLE);
  const current = page === '' || page === REGISTER_PAGE ? 'sessions' : page;
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
            <span className="hidden">{texts.loggedInAs} </span>
            {email}
          </span>
          <LogOutButton />
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
      ) : isAdministrator && current === 'services' ? (
        <ServicesPage />
      ) : isAdministrator && current === 'server' ? (
        <ServerPage />
      ) : (
        <p>{texts.notFound}</p>
      )}
    </Frame>
  );
}

function LogOutButton() {
  return (
    <button type="button" onClick={() => void auth.logout()}>
      {texts.logOut}
    </button>
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
