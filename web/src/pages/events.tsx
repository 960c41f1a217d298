/** The user's security events, page by page. */
import { useQuery } from '@apollo/client/react';
import { EVENTS } from '../operations.js';
import { EventList } from '../parts/event-list.js';
import { Loaded } from '../parts/loaded.js';
import { More, useMore } from '../parts/more.js';
import { Page } from '../parts/page.js';
import { texts } from '../texts.js';

export function EventsPage() {
  const { data, error, client } = useQuery(EVENTS);
  const first = data?.auditEvents;
  const { rows, next, load } = useMore(first, async (after) => {
    const page = await client.query({ query: EVENTS, variables: { after }, fetchPolicy: 'no-cache' });
    return page.data?.auditEvents;
  });
  return (
    <Page title={texts.pages.events} intro={texts.events.intro}>
      <Loaded data={first} error={error}>
        {() => (
          <>
            <EventList events={rows} label={texts.pages.events} />
            <More next={next} load={load} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
