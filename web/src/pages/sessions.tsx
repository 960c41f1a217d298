/** The user's sessions, with buttons to log out one, all others, or all. */
import { useQuery } from '@apollo/client/react';
import type { LogoutScope } from 'latchkey/client';
import { useState } from 'react';
import { nameOf } from '../devices.js';
import { failureText } from '../failures.js';
import { say } from '../notices.js';
import { SESSIONS } from '../operations.js';
import { Question } from '../parts/dialog.js';
import { Loaded } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { type ListedSession, SessionList } from '../parts/session-list.js';
import { auth } from '../session.js';
import { nameSessions } from '../session-names.js';
import { texts } from '../texts.js';

export function SessionsPage() {
  const { sessions: words } = texts;
  const { data, error, refetch } = useQuery(SESSIONS);
  const [question, setQuestion] = useState<LogoutScope | null>(null);
  const attempt = (work: () => Promise<string>) => {
    work()
      .then(say, (thrown) => say(failureText(thrown)))
      .then(async () => {
        if (auth.state.status === 'loggedIn') await refetch();
      })
      .catch(() => undefined);
  };
  const endOne = (session: ListedSession) =>
    attempt(async () => {
      const { userErrors } = await auth.revokeSession({ sessionId: session.id });
      return userErrors.length > 0 ? words.gone : words.endedOne(nameIn(session));
    });
  const endMany = (scope: LogoutScope) => {
    if (scope !== 'OTHERS') return void auth.logout({ scope });
    attempt(async () => words.ended((await auth.logout({ scope })).endedSessions));
  };
  const names = nameSessions(data?.sessions ?? []);
  const nameIn = (session: ListedSession) => names.get(session.id) ?? nameOf(session);
  const button = (session: ListedSession) => (
    <button
      type="button"
      aria-label={session.current ? words.logOutCurrent : words.logOutOneOf(nameIn(session))}
      onClick={() => (session.current ? endMany('CURRENT') : endOne(session))}
    >
      {words.logOutOne}
    </button>
  );
  return (
    <Page title={texts.pages.sessions} intro={words.intro}>
      <div className="actions">
        <button type="button" onClick={() => setQuestion('OTHERS')}>
          {words.logOutOthers}
        </button>
        <button type="button" className="danger" onClick={() => setQuestion('ALL')}>
          {words.logOutEverywhere}
        </button>
      </div>
      <Loaded data={data?.sessions} error={error}>
        {(sessions) => <SessionList sessions={sessions} level="h2" action={button} />}
      </Loaded>
      {question && (
        <Question
          title={question === 'ALL' ? words.confirmEverywhere : words.confirmOthers}
          text={question === 'ALL' ? words.confirmEverywhereText : words.confirmOthersText}
          action={question === 'ALL' ? words.logOutEverywhere : words.logOutOthers}
          onClose={() => setQuestion(null)}
          onYes={() => endMany(question)}
        />
      )}
    </Page>
  );
}
