/** Events of the audit trail as a table; on a narrow screen each row becomes a block. */
import { nameOf } from '../devices.js';
import { texts } from '../texts.js';
import { Time } from './time.js';

export interface ListedEvent {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly reason: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export function EventList({ events, label }: { events: readonly ListedEvent[]; label: string }) {
  const { when, what, why, where } = texts.events;
  if (events.length === 0) return <p className="empty">{texts.events.none}</p>;
  return (
    <table>
      <caption className="hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{what}</th>
          <th scope="col">{when}</th>
          <th scope="col">{why}</th>
          <th scope="col">{where}</th>
        </tr>
      </thead>
      <tbody>
        {events.map(({ id, at, kind, reason, ipAddress, userAgent }) => (
          <tr key={id}>
            <td data-label={what} className="strong">
              {texts.eventKinds[kind] ?? kind}
            </td>
            <td data-label={when}>
              <Time at={at} />
            </td>
            <td data-label={why}>{reason === null ? '–' : (texts.eventReasons[reason] ?? reason)}</td>
            <td data-label={where}>{[ipAddress, userAgent && nameOf({ userAgent })].filter(Boolean).join(', ') || '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
