/** Phrases for mails: durations, instants, and quoted texts that a stranger may have chosen. */
import type { Origin } from '../../lib/origin.js';

const LONGEST_QUOTATION = 120;

/** The origin and the instant of the event that a mail is about. */
export interface MailedEvent {
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Makes a text safe to quote that a stranger may have chosen, such as a device name. An attacker must not put a link, a second
 * line, invisible characters or a long text of their own into our mail.
 */
export function quote(text: string): string {
  const plain = text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .replace(/:\/\//g, '[:]//')
    .replace(/[.\u3002](?=[\p{L}\p{M}])/gu, '[.]')
    .replace(/@/g, '[at]');
  return [...plain].length <= LONGEST_QUOTATION ? plain : `${[...plain].slice(0, LONGEST_QUOTATION).join('')}…`;
}

/** `30 minutes`, `1 hour`, `24 hours`. */
export function sayDuration(seconds: number): string {
  const [count, unit] = seconds >= 3_600 ? [seconds / 3_600, 'hour'] : [seconds / 60, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** `2030-01-01 12:00 UTC` */
export function sayInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `from 203.0.113.5 on 2030-01-01 12:00 UTC` */
export function sayEvent({ origin, at }: MailedEvent): string {
  return `${origin.ipAddress === null ? '' : `from ${quote(origin.ipAddress)} `}on ${sayInstant(at)}`;
}
