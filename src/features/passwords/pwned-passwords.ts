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

/** A failed request. Its message reveals nothing of the password; an error of `fetch` may name the URL, which does. */
class Unanswered extends Error {}

export class PwnedPasswords {
  readonly #queue = createQueue(QUESTIONS_AT_ONCE, WAITING_QUESTIONS, () => new Unanswered('too many questions at once'));

  constructor(private readonly world: World) {}

  /** Answers within two seconds, including the wait for a turn. While the check is off, every password counts as not leaked. */
  async find(password: string): Promise<Leak> {
    if (!this.world.config.pwnedPasswords.isOn) return 'not leaked';
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const counts = await this.#queue.run(() => this.#ask(hash.slice(0, PREFIX_DIGITS), signal));
      // The server pads its answer with hashes of count 0.
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

  /** @returns how often each hash with this prefix has leaked, by its remaining digits */
  async #ask(prefix: string, signal: AbortSignal): Promise<Map<string, number>> {
    const response = await fetch(`${this.world.config.pwnedPasswords.url}/range/${prefix}`, {
      headers: { 'add-padding': 'true', 'user-agent': 'latchkey' },
      // Following a redirect would send the prefix to another server.
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

/** Counts bytes while it reads: neither a false Content-Length nor compression gets past the limit. */
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

/** Every prefix has leaked hashes, so an empty answer is a fault of the server. */
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
