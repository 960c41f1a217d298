/** An instant in relative words ("5 minutes ago"), with the exact time as its title. */
import { useSyncExternalStore } from 'react';
import { texts } from '../texts.js';

const EVERY_MS = 10_000;
const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

export const sayExactly = (at: string) => exact.format(new Date(at));

export function Time({ at }: { at: string | null }) {
  const now = useSyncExternalStore(subscribe, readNow);
  if (at === null) return <>{texts.never}</>;
  return (
    <time dateTime={at} title={sayExactly(at)}>
      {sayTime(new Date(at).getTime(), now)}
    </time>
  );
}

function sayTime(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  if (step === undefined) return seconds > 5 ? 'in less than a minute' : 'just now';
  const [unit, length] = step;
  return unit === 'day' && Math.abs(seconds) > 30 * length ? exact.format(at) : relative.format(Math.round(seconds / length), unit);
}

/** Rounded to steps, so that all times on a page are relative to the same instant. */
const readNow = () => Math.floor(Date.now() / EVERY_MS) * EVERY_MS + EVERY_MS;

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, EVERY_MS);
  return () => clearInterval(timer);
}
