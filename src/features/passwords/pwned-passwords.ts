/** Asks Have I Been Pwned, or a server of the same protocol, whether a password has leaked; only 5 digits of its hash leave the process. */
import { createHash } from 'node:crypto';
import { createQueue } from '../../lib/queue.js';
import type { World } from '../../world.js';

export type Leak = 'leaked' | 'not leaked' | 'not known';

const PREFIX_DIGITS = 5;
const TIMEOUT_MS = 2_000;
/** An answer with padding has about 40 KB. */
const MAX_ANSWER_BYTES = 512 * 1024;
const QUESTIONS_AT_ONCE = 10;
const WAITING_QUESTIONS = 100;
const LINE = /^([0-9A-F]{35}):(\d{1,12})$/i;

/** What went wrong, in words that hold nothing of the password: an error of `fetch` may name the URL. */
class Unanswered extends Error {}

export class PwnedPasswords {
  readonly #queue = createQueue(QUESTIONS_AT_ONCE, WAITING_QUESTIONS, () => new Unanswered('too many questions at once'));

  constructor(private readonly world: World) {}

  /** Answers within two seconds, waiting included. A password that nobody asked about, because it is off, has not leaked. */
  async find(password: string): Promise<Leak> {
    if (!this.world.config.pwnedPasswords.isOn) return 'not leaked';
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const counts = await this.#queue.run(() => this.#ask(hash.slice(0, PREFIX_DIGITS), signal));
      // Padding has the count 0.
      return (counts.get(hash.slice(PREFIX_DIGITS)) ?? 0) > 0 ? 'leaked' : 'not leaked';
    } catch (error) {
      const why = error instanceof Unanswered ? error.message : signal.aborted ? 'no answer in time' : 'no connection';
      this.world.log.warn(
        { why, newPasswords: this.world.config.pwnedPasswords.whenDown },
        'the server of leaked passwords did not answer',
      );
      return 'not known';
    }
  }

  /** @returns how often each hash that begins so has leaked, by the rest of its digits */
  async #ask(prefix: string, signal: AbortSignal): Promise<Map<string, number>> {
    const response = await fetch(`${this.world.config.pwnedPasswords.url}/range/${prefix}`, {
      headers: { 'add-padding': 'true', 'user-agent': 'latchkey' },
      // Followed, it would tell another server what is asked.
      redirect: 'manual',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Unanswered(`status ${response.status}`);
    }
    return parse(await readBounded(response));
  }
}

/** Bounded as it is read: neither a length that lies nor compression makes it larger. */
async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Unanswered('an answer that is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** For every prefix there are some: an empty answer is no answer. */
function parse(text: string): Map<string, number> {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const counts = lines.map((line): [string, number] => {
    const [, rest, count] = LINE.exec(line) ?? [];
    if (rest === undefined) throw new Unanswered('an answer of another form');
    return [rest.toUpperCase(), Number(count)];
  });
  if (counts.length === 0) throw new Unanswered('an empty answer');
  return new Map(counts);
}
