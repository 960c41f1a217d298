/** Events that wait for one reader: put in as they come, taken one by one; what waits has a bound. */

export interface EventQueue<Event> {
  /** @returns false when nobody will take it, nor any that follows */
  put(event: Event): boolean;
  /** No more will come; what waits can still be taken. */
  close(): void;
  /** Nothing more is taken: what waits is dropped. @param failure thrown once to the reader */
  end(failure?: unknown): void;
  /** One reader, one call at a time. */
  next(): Promise<IteratorResult<Event, undefined>>;
}

/**
 * @param capacity how many may wait; with one more the queue ends
 * @param refuse makes the error of that end
 */
export function createEventQueue<Event>(capacity: number, refuse: () => Error): EventQueue<Event> {
  let waiting: Event[] = [];
  let isOver = false;
  let failure: unknown;
  let wake: () => void = () => undefined;
  const end = (reason?: unknown) => {
    if (!isOver) failure = reason;
    isOver = true;
    waiting = [];
    wake();
  };
  return {
    end,
    put(event) {
      if (!isOver && waiting.length === capacity) end(refuse());
      if (!isOver) waiting.push(event);
      wake();
      return !isOver;
    },
    close() {
      isOver = true;
      wake();
    },
    async next() {
      while (waiting.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (waiting.length > 0) return { done: false, value: waiting.shift() as Event };
      const thrown = failure;
      failure = undefined;
      if (thrown !== undefined) throw thrown;
      return { done: true, value: undefined };
    },
  };
}
