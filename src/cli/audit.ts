/** `latchkey audit` */
import { type Command, InvalidArgumentError } from 'commander';
import { type AuditFilter, DEFAULT_LISTED_EVENTS } from '../features/administration/listing-commands.js';
import { administer } from './administer.js';
import { linesOf, parseLimit } from './limit.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

type Start = Pick<AuditFilter, 'since' | 'withinSeconds'>;
type Options = OutputOptions & { user?: string; since?: Start; limit: number };

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('list the audit events, newest first: kind, user, actor, session, address and reason')
    .option('--user <user>', 'only events of this user, named by id or email')
    .option('--since <when>', 'only events since then: an age like 2h or 7d, or an instant like 2026-11-21T09:00Z', parseStart)
    .option('--limit <n>', 'the most events to list', parseLimit, DEFAULT_LISTED_EVENTS)
    .option(...JSON_OPTION)
    .action(({ user, since, limit, ...options }: Options) =>
      report(
        options,
        async () => (await administer('listAuditEvents', { ...(user === undefined ? {} : { user }), ...since, limit })).outcome,
        (events) =>
          linesOf(events, limit, 'No such events.', () =>
            table(
              ['at', 'kind', 'user', 'actor', 'session', 'address', 'reason', 'user agent'],
              events.map(({ at, kind, userId, actor, sessionId, ipAddress, reason, userAgent }) => [
                at,
                kind,
                userId ?? '',
                actor,
                sessionId ?? '',
                ipAddress ?? '',
                reason ?? '',
                userAgent ?? '',
              ]),
            ),
          ),
      ),
    );
}

/** A date without a time means the beginning of that day, UTC. */
function parseStart(text: string): Start {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (Number(count) > 0) return { withinSeconds: Number(count) * SECONDS_PER_UNIT[unit as 's'] };
  const [, day] = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  const instant = new Date(text);
  if (day === undefined || Number.isNaN(instant.getTime()) || !isDay(day)) {
    throw new InvalidArgumentError('It is neither an age like 90s, 15m, 2h or 7d nor an instant like 2026-11-21 or 2026-11-21T09:00Z.');
  }
  return { since: instant.toISOString() };
}

/** Refuses days that do not exist: JavaScript would read February 31st as March 3rd. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}
