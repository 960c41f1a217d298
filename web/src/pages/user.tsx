/** One user, for administrators: live sessions and events, and the buttons to log out, disable and enable. */
import { useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { DISABLE_USER, ENABLE_USER, EVENT_ADDED, REVOKE_USER_SESSIONS, USER, USER_EVENTS } from '../operations.js';
import { Question } from '../parts/dialog.js';
import { EventList } from '../parts/event-list.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { type Attempt, useReauthentication } from '../parts/reauthentication.js';
import { Fact, SessionList } from '../parts/session-list.js';
import { Time } from '../parts/time.js';
import { texts } from '../texts.js';

export function UserPage({ id }: { id: string }) {
  const { users: words } = texts;
  const { data, error, refetch } = useQuery(USER, { variables: { id } });
  const events = useQuery(USER_EVENTS, { variables: { id } });
  const readAgain = () => void Promise.all([refetch(), events.refetch()]).catch(() => undefined);
  useSubscription(EVENT_ADDED, { variables: { userId: id }, ignoreResults: true, onData: readAgain });
  const [revoke] = useMutation(REVOKE_USER_SESSIONS);
  const [disable] = useMutation(DISABLE_USER);
  const [enable] = useMutation(ENABLE_USER);
  const { attempt, dialog } = useReauthentication();
  const [question, setQuestion] = useState<'logOut' | 'disable' | null>(null);
  const variables = { input: { userId: id } };
  const acts: Readonly<Record<'logOut' | 'disable' | 'enable', Attempt>> = {
    logOut: {
      run: async () => (await revoke({ variables })).data?.revokeUserSessions?.userErrors ?? [],
      done: texts.eventKinds.USER_SESSIONS_REVOKED ?? '',
    },
    disable: { run: async () => (await disable({ variables })).data?.disableUser?.userErrors ?? [], done: words.disabledNow },
    enable: { run: async () => (await enable({ variables })).data?.enableUser?.userErrors ?? [], done: words.enabledNow },
  };
  const user = data?.user;
  const sessions = data?.userSessions;
  const trail = events.data?.auditEvents;
  if (data && !user) return <p>{words.unknown}</p>;
  return (
    <Page title={texts.pages.user} heading={user?.email}>
      <p>
        <Link to="users">{words.back}</Link>
      </p>
      <Loaded data={user && sessions && trail ? { ...user, sessions, trail } : null} error={error ?? events.error}>
        {({ name, roles, createdAt, lastLoginAt, disabledAt, disabledReason, sessions, trail }) => (
          <>
            <dl className="card facts">
              <Fact name={words.name}>{name ?? '–'}</Fact>
              <Fact name={words.roles}>{roles.join(', ') || '–'}</Fact>
              <Fact name={words.created}>
                <Time at={createdAt} />
              </Fact>
              <Fact name={words.lastLogin}>
                <Time at={lastLoginAt} />
              </Fact>
              <Fact name={words.state}>
                {disabledAt === null ? words.active : [words.disabled, disabledReason].filter(Boolean).join(': ')}
              </Fact>
            </dl>
            <div className="actions">
              {disabledAt === null ? (
                <button type="button" onClick={() => setQuestion('disable')}>
                  {words.disable}
                </button>
              ) : (
                <button type="button" onClick={() => void attempt(acts.enable)}>
                  {words.enable}
                </button>
              )}
              <button type="button" className="danger" onClick={() => setQuestion('logOut')}>
                {words.logOut}
              </button>
            </div>
            <h2>{words.sessions}</h2>
            {sessions.length === 0 ? <p className="empty">{words.noSessions}</p> : <SessionList sessions={sessions} level="h3" />}
            <h2>{words.events}</h2>
            <EventList events={trail.nodes} label={words.events} />
          </>
        )}
      </Loaded>
      {question && (
        <Question
          title={question === 'disable' ? words.confirmDisable : words.confirmLogOut}
          text={question === 'disable' ? words.confirmDisableText : words.confirmLogOutText}
          action={question === 'disable' ? words.disable : words.logOut}
          onClose={() => setQuestion(null)}
          onYes={() => void attempt(acts[question])}
        />
      )}
      {dialog}
    </Page>
  );
}
