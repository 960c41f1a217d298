/** Reads server-sent events from pieces of bytes (WHATWG HTML, section 9.2.6), as far as the feed uses them. */

export interface ReceivedEvent {
  readonly event: string;
  readonly data: string;
}

/** A server whose event has no end must not fill the memory. */
const LONGEST_EVENT = 4 * 1024 * 1024;

export function createEventLines(): EventLines {
  return new EventLines();
}

export class EventLines {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** @returns the events that are complete with these bytes; comments are left out. @throws Error if an event is too long */
  read(bytes: Uint8Array): ReceivedEvent[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > LONGEST_EVENT) throw new Error('An event is too long');
    return blocks.map(eventOf).filter(({ data }) => data !== '');
  }
}

function eventOf(block: string): ReceivedEvent {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
