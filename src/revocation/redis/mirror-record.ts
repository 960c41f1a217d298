/** How the mirror is laid out in Redis: a key for each revoked id, and one record that says what the mirror is worth. */
import type { LogState } from '../blacklist.js';

/** What holds for all tokens, and up to where the mirror is complete. */
export interface MirrorRecord extends Pick<LogState, 'version' | 'generation'> {
  /** Milliseconds since the epoch. */
  readonly prunedBefore: number;
  /** Of this filling of the mirror: another one, or none, means that Redis has lost something. */
  readonly id: string;
  /** The database that is mirrored. */
  readonly clusterId: string;
}

/** As other programs read it: five words, the generation of tokens first. */
export function formatRecord({ generation, prunedBefore, version, id, clusterId }: MirrorRecord): string {
  return [generation, prunedBefore, version, id, clusterId].join(' ');
}

/** @returns null if there is none that this version understands */
export function parseRecord(text: string | null | undefined): MirrorRecord | null {
  const match = /^(\d{1,15}) (\d{1,15}) (\d{1,15}) (\S+) (\S+)$/.exec(text ?? '');
  if (match === null) return null;
  const [, generation, prunedBefore, version, id = '', clusterId = ''] = match;
  return { generation: Number(generation), prunedBefore: Number(prunedBefore), version: Number(version), id, clusterId };
}

export interface MirrorKeys {
  readonly record: string;
  /** There while the mirror is filled. */
  readonly mark: string;
  of(id: string): string;
}

/** @param prefix lets several databases share one Redis */
export function createMirrorKeys(prefix: string): MirrorKeys {
  return { record: `${prefix}mirror`, mark: `${prefix}filling`, of: (id) => `${prefix}revoked:${id}` };
}
