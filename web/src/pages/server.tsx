/** The state of the node that answers, and live events, for administrators. */
import { useQuery, useSubscription } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { EVENT_ADDED, SERVER_STATUS } from '../operations.js';
import { EventList, type ListedEvent } from '../parts/event-list.js';
import { Loaded } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { Fact } from '../parts/session-list.js';
import { Time } from '../parts/time.js';
import { texts } from '../texts.js';

/** Polled, because no event reports that a node starts or stops. */
const LOOK_EVERY_MS = 5_000;
const MOST_EVENTS = 20;

export function ServerPage() {
  const { server: words } = texts;
  const { data, error, refetch, startPolling, stopPolling } = useQuery(SERVER_STATUS);
  const [heard, setHeard] = useState<readonly ListedEvent[]>([]);
  useEffect(() => {
    startPolling(LOOK_EVERY_MS);
    return stopPolling;
  }, [startPolling, stopPolling]);
  useSubscription(EVENT_ADDED, {
    ignoreResults: true,
    onData({ data: { data: told } }) {
      const event = told?.auditEventAdded;
      // An event may arrive twice.
      if (event) setHeard((before) => [event, ...before.filter(({ id }) => id !== event.id)].slice(0, MOST_EVENTS));
      refetch().catch(() => undefined);
    },
  });
  return (
    <Page title={texts.pages.server} intro={words.intro}>
      <Loaded data={data?.serverStatus} error={error}>
        {({ revocationCheck, blacklistKnown, liveRevocations, blacklistVersion, liveConnections, mirrorWhole, nodes }) => (
          <>
            <dl className="card facts">
              <Fact name={words.check}>{texts.checkModes[revocationCheck] ?? revocationCheck}</Fact>
              <Fact name={words.blacklist}>{blacklistKnown ? words.known : words.notKnown}</Fact>
              <Fact name={words.revocations}>{liveRevocations}</Fact>
              <Fact name={words.version}>{blacklistVersion}</Fact>
              <Fact name={words.connections}>{liveConnections}</Fact>
              <Fact name={words.mirror}>
                {mirrorWhole === null ? words.mirrorNone : mirrorWhole ? words.mirrorWhole : words.mirrorBroken}
              </Fact>
            </dl>
            <h2>{words.nodes}</h2>
            {nodes.length === 0 ? <p className="empty">{words.noNodes}</p> : <NodeTable nodes={nodes} />}
            {nodes.length > 0 && <p className="hint">{words.leaseHint}</p>}
            <h2>{words.live}</h2>
            {heard.length === 0 ? <p className="empty">{words.liveNone}</p> : <EventList events={heard} label={words.live} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface NodeRow {
  readonly id: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly leaseMs: number;
}

function NodeTable({ nodes }: { nodes: readonly NodeRow[] }) {
  const { server: words } = texts;
  // Compare with the clock of the database: the clock of the browser may differ.
  const newest = Math.max(...nodes.map(({ seenAt }) => new Date(seenAt).getTime()));
  return (
    <table>
      <caption className="hidden">{words.nodes}</caption>
      <thead>
        <tr>
          <th scope="col">{words.node}</th>
          <th scope="col">{words.started}</th>
          <th scope="col">{words.seen}</th>
          <th scope="col">{words.lease}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map(({ id, startedAt, seenAt, leaseMs }) => (
          <tr key={id}>
            <td data-label={words.node} className="strong">
              <code>{id}</code>
            </td>
            <td data-label={words.started}>
              <Time at={startedAt} />
            </td>
            <td data-label={words.seen}>
              <Time at={seenAt} />
            </td>
            <td data-label={words.lease}>
              <span>
                {words.leaseLength(leaseMs)}
                {newest - new Date(seenAt).getTime() > leaseMs && <span className="badge over">{words.leaseOver}</span>}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
