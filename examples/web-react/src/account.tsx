/** The user and the list of their sessions, each with a button to log it out. */
import { useCallback, useEffect, useState } from 'react';
import { AccountDocument, type AccountQuery } from './gql/graphql.js';
import { ask, auth } from './session.js';

export function Account() {
  const [account, setAccount] = useState<AccountQuery | null>(null);
  const load = useCallback(async () => {
    const { data } = await ask(AccountDocument);
    // Without a user the session is over, and App removes this component.
    if (data?.me) setAccount(data);
  }, []);
  useEffect(() => {
    load().catch(() => undefined);
  }, [load]);
  const revoke = async (sessionId: string) => {
    await auth.revokeSession({ sessionId });
    await load();
  };

  return (
    <section>
      <h1>{account?.me?.email}</h1>
      <ul>
        {account?.sessions?.map(({ id, current, deviceName, userAgent, lastUsedAt }) => (
          <li key={id}>
            {deviceName ?? userAgent ?? 'A device'}, last used {new Date(lastUsedAt).toLocaleString()}
            {current ? (
              ' (this one)'
            ) : (
              <button type="button" onClick={() => revoke(id)}>
                Log out this device
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => auth.logout()}>
        Log out
      </button>
      <button type="button" onClick={() => auth.logout({ scope: 'ALL' })}>
        Log out everywhere
      </button>
    </section>
  );
}
