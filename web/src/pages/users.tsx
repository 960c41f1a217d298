/** All users, with a search, for administrators. */
import { useQuery, useSubscription } from '@apollo/client/react';
import { useDeferredValue, useState } from 'react';
import { EVENT_ADDED, USERS } from '../operations.js';
import { Field } from '../parts/field.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { More, useMore } from '../parts/more.js';
import { Page } from '../parts/page.js';
import { Time } from '../parts/time.js';
import { texts } from '../texts.js';

export function UsersPage() {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search);
  return (
    <Page title={texts.pages.users} intro={texts.users.intro}>
      <search>
        <Field label={texts.users.search} name="search" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </search>
      <UserTable key={wanted} search={wanted} />
    </Page>
  );
}

function UserTable({ search }: { search: string }) {
  const { users: words } = texts;
  const { data, error, client, refetch } = useQuery(USERS, { variables: { search } });
  useSubscription(EVENT_ADDED, { ignoreResults: true, onData: () => void refetch().catch(() => undefined) });
  const first = data?.users;
  const { rows, next, load } = useMore(first, async (after) => {
    const page = await client.query({ query: USERS, variables: { search, after }, fetchPolicy: 'no-cache' });
    return page.data?.users;
  });
  return (
    <Loaded data={first} error={error}>
      {() =>
        rows.length === 0 ? (
          <p className="empty">{words.none}</p>
        ) : (
          <>
            <table>
              <caption className="hidden">{texts.pages.users}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.email}</th>
                  <th scope="col">{words.name}</th>
                  <th scope="col">{words.roles}</th>
                  <th scope="col">{words.lastLogin}</th>
                  <th scope="col">{words.state}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ id, email, name, roles, lastLoginAt, disabledAt }) => (
                  <tr key={id}>
                    <td data-label={words.email} className="strong">
                      <Link to={`users/${id}`}>{email}</Link>
                    </td>
                    <td data-label={words.name}>{name ?? '–'}</td>
                    <td data-label={words.roles}>{roles.join(', ') || '–'}</td>
                    <td data-label={words.lastLogin}>
                      <Time at={lastLoginAt} />
                    </td>
                    <td data-label={words.state}>{disabledAt === null ? words.active : words.disabled}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <More next={next} load={load} />
          </>
        )
      }
    </Loaded>
  );
}
