/** The layout of the mirror in Redis: one key for each revoked id, and one record that says how far the mirror is complete. */
import type { LogState } from '../blacklist.js';

/** The rules that hold for all tokens, and the version up to which the mirror is complete. */
export interface MirrorRecord extends Pick<LogState, 'version' | 'generation'> {
  /** Milliseconds since the epoch. */
  readonly prunedBefore: number;
  /** The id of this filling (one complete write of the mirror). Another id, or none, means that Redis has lost data. */
  readonly id: string;
  /** The id of the mirrored database. */
  readonly clusterId: string;
}

/** The text that other programs read: five words, the generation of tokens first. */
export function formatRecord({ generation, prunedBefore, version, id, clusterId }: MirrorRecord): string {
  return [generation, prunedBefore, version, id, clusterId].join(' ');
}

/** @returns null if the text is missing or in a format that this version does not know */
export function parseRecord(text: string | null | undefined): MirrorRecord | null {
  const match = /^(\d{1,15}) (\d{1,15}) (\d{1,15}) (\S+) (\S+)$/.exec(text ?? '');
  if (match === null) return null;
  const [, generation, prunedBefore, version, id = '', clusterId = ''] = match;
  return { generation: Number(generation), prunedBefore: Number(prunedBefore), version: Number(version), id, clusterId };
}

export interface MirrorKeys {
  readonly record: string;
  /** A key that exists only while a node fills the mirror. */
  readonly mark: string;
  of(id: string): string;
}

/** @param prefix lets several databases share one Redis */
export function createMirrorKeys(prefix: string): MirrorKeys {
  return { record: `${prefix}mirror`, mark: `${prefix}filling`, of: (id) => `${prefix}revoked:${id}` };
}
