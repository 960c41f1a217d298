/** Writes doorbells and acknowledgements as text, and reads them. A text that is read was signed by a node of the same version. */
import type { LogDelta } from '../memory/replica.js';
import type { LeaseEffect, LeaseEvent } from './lease-events.js';
import { MOST_TEXT_BYTES } from './signed-messages.js';

export type Bell = Omit<Extract<LeaseEffect<LogDelta>, { kind: 'ring' }>, 'kind'>;
export type Acknowledgement = Omit<Extract<LeaseEffect<LogDelta>, { kind: 'acknowledge' }>, 'kind'>;
export type Told = Extract<LeaseEvent<LogDelta>, { kind: 'doorbell' | 'acknowledged' }>;

type Carried = NonNullable<Bell['carried']>;
type Packed = [clusterId: string, since: number, generation: number, sessionsSince: number, prunedBefore: number, [string, number][]];

/** More rows than fit into a message, so that nobody writes a long text in vain. */
const MOST_ROWS = 300;

/** @returns `doorbell <node> [version, rows]`, without the rows if they are too many */
export function writeBell({ version, carried }: Bell, nodeId: string): string {
  if (carried === null || carried.delta.rows.length > MOST_ROWS) return `doorbell ${nodeId} ${JSON.stringify([version])}`;
  const text = `doorbell ${nodeId} ${JSON.stringify([version, ...pack(carried)])}`;
  return Buffer.byteLength(text) > MOST_TEXT_BYTES ? writeBell({ version, carried: null }, nodeId) : text;
}

export function writeAcknowledgement({ clusterId, memberId, version }: Acknowledgement): string {
  return `acknowledged ${memberId} ${JSON.stringify([version, clusterId])}`;
}

/** @param content what follows the kind and the sender */
export function readTold(kind: Told['kind'], from: string, content: string): Told {
  const [version, ...rest] = JSON.parse(content);
  if (kind === 'acknowledged') return { kind, memberId: from, version, clusterId: rest[0] };
  return { kind, version, carried: rest.length === 0 ? null : unpack(version, rest as unknown as Packed) };
}

function pack({ clusterId, since, delta: { state, rows } }: Carried): Packed {
  const pairs = rows.map(({ id, revokedUntil }): [string, number] => [id, revokedUntil.getTime()]);
  return [clusterId, since, state.generation, state.sessionsSince, state.prunedBefore.getTime(), pairs];
}

function unpack(version: number, [clusterId, since, generation, sessionsSince, prunedBefore, pairs]: Packed): Carried {
  const rows = pairs.map(([id, until]) => ({ id, revokedUntil: new Date(until) }));
  const state = { version, generation, sessionsSince, prunedBefore: new Date(prunedBefore) };
  return { clusterId, since, delta: { since, state, rows } };
}

/**
 * One bell that stands for both. It carries the rows of both if no version is missing between them; otherwise those of the newer one, and
 * a node that lacks the others asks for them.
 */
export function joinBells(one: Bell, other: Bell): Bell {
  const [older, newer] = one.version <= other.version ? [one, other] : [other, one];
  const [first, last] = [older.carried, newer.carried];
  if (first === null || last === null || first.clusterId !== last.clusterId) return newer;
  const isJoined = first.since < last.since && last.since <= older.version;
  if (!isJoined || first.delta.rows.length + last.delta.rows.length > MOST_ROWS) return newer;
  const { clusterId, since } = first;
  const rows = [...new Map([...first.delta.rows, ...last.delta.rows].map((row) => [row.id, row])).values()];
  return { version: newer.version, carried: { clusterId, since, delta: { since, state: last.delta.state, rows } } };
}
