/** A list of sessions, each with its device, place and last use. */
import type { ReactNode } from 'react';
import { nameOf } from '../devices.js';
import { texts } from '../texts.js';
import { Time } from './time.js';

export interface ListedSession {
  readonly id: string;
  readonly current: boolean;
  readonly deviceName: string | null;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

interface SessionListProps {
  readonly sessions: readonly ListedSession[];
  /** The heading level of the device names: one below the heading above the list. */
  readonly level: 'h2' | 'h3';
  readonly action?: (session: ListedSession) => ReactNode;
}

export function SessionList({ sessions, level: Heading, action }: SessionListProps) {
  return (
    <ul className="cards">
      {sessions.map((session) => (
        <li key={session.id} className="card" data-session={session.id}>
          <div className="card-head">
            <Heading>
              {nameOf(session)}
              {session.current && <span className="badge">{texts.sessions.current}</span>}
            </Heading>
            {action?.(session)}
          </div>
          <dl>
            <Fact name={texts.sessions.place}>{session.ipAddress ?? texts.unknown}</Fact>
            <Fact name={texts.sessions.lastUse}>
              <Time at={session.lastUsedAt} />
            </Fact>
            <Fact name={texts.sessions.loggedIn}>
              <Time at={session.createdAt} />
            </Fact>
            <Fact name={texts.sessions.ends}>
              <Time at={session.expiresAt} />
            </Fact>
          </dl>
        </li>
      ))}
    </ul>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
