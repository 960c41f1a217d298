/** Server-sent events as they arrive over the wire. */
import { onTestFinished } from 'vitest';

export interface TestStream {
  readonly status: number;
  /** Everything received so far, verbatim. */
  text(): string;
  /** Waits until the server has sent this text. @throws if the stream ends first */
  hear(part: string): Promise<void>;
  /** Everything received, once the server has ended the stream. */
  readonly ended: Promise<string>;
  leave(): void;
}

export async function openStream(
  address: string,
  query: string,
  token?: string,
  headers: Record<string, string> = {},
  variables: object = {},
): Promise<TestStream> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  let text = '';
  let isOver = false;
  let wake: () => void = () => undefined;
  const ended = (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        wake();
      }
    } catch {
      // The test left the stream, or the server cut it.
    }
    isOver = true;
    wake();
    return text;
  })();
  return {
    status: response.status,
    text: () => text,
    ended,
    leave: () => leaving.abort(),
    async hear(part) {
      while (!text.includes(part)) {
        if (isOver) throw new Error(`ended before ${part}: ${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
