/** Subscriptions to the core's events, through a client that collects the events it receives. */
import { readFigure } from '../postgresql/lease-nodes.js';
import { connect, type Frame, subscribe, type TestSocket } from '../sockets/sockets.js';
import type { TestApp } from './start-app.js';

export const SESSION_EVENTS = 'subscription($after: ID) { sessionEvents(after: $after) { id kind sessionId current reason } }';
export const AUDIT_EVENTS =
  'subscription($after: ID, $userId: ID) { auditEventAdded(after: $after, userId: $userId) { id kind userId sessionId } }';

export interface HeardEvent {
  readonly id: string;
  readonly kind: string;
  readonly sessionId: string | null;
  readonly userId?: string | null;
  readonly current?: boolean;
  readonly reason?: string | null;
}

export interface Follower {
  readonly socket: TestSocket;
  /** All events received so far, each once. */
  events(): HeardEvent[];
  /**
   * Waits for these events, each given as a kind or as a kind and a session. An event named twice must arrive twice. Returns the events
   * received.
   */
  until(...wanted: string[]): Promise<HeardEvent[]>;
}

/** Returns once the node sends this client every event that is committed from now on. */
export async function follow(
  app: TestApp,
  address: string,
  token: string,
  query = SESSION_EVENTS,
  variables: object = {},
): Promise<Follower> {
  const before = await readFigure(app, 'latchkey_event_followers');
  const socket = await connect(address, token);
  subscribe(socket, query, 'events', variables);
  while ((await readFigure(app, 'latchkey_event_followers')) <= before) if (faultsOf(socket).length > 0) break;
  const events = () => [...new Map(socket.frames.flatMap(eventsOf).map((event) => [event.id, event])).values()];
  return {
    socket,
    events,
    async until(...wanted) {
      const countHeard = (name: string) =>
        events().filter(({ kind, sessionId }) => name === kind || name === `${kind} ${sessionId}`).length;
      const countWanted = (name: string) => wanted.filter((each) => each === name).length;
      while (!wanted.every((name) => countHeard(name) >= countWanted(name))) await socket.heardMore();
      return events();
    },
  };
}

export function faultsOf(socket: TestSocket): Frame[] {
  return socket.frames.filter(({ type, payload }) => type === 'error' || payload?.errors !== undefined);
}

function eventsOf({ type, payload }: Frame): HeardEvent[] {
  const { sessionEvents = null, auditEventAdded = null } = type === 'next' ? (payload.data ?? {}) : {};
  return [sessionEvents ?? auditEventAdded].filter((event) => event !== null);
}
