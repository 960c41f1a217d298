/** A bounded queue of events for one reader, which takes them one by one. */

export interface EventQueue<Event> {
  /** @returns false if the queue is over: the reader gets neither this event nor any later one */
  put(event: Event): boolean;
  /** Accepts no more events. The reader still gets the ones that wait. */
  close(): void;
  /** Ends the queue and drops the events that wait. @param failure thrown once to the reader */
  end(failure?: unknown): void;
  /** One reader, one call at a time. */
  next(): Promise<IteratorResult<Event, undefined>>;
}

/**
 * @param capacity how many events may wait; one more ends the queue
 * @param refuse makes the error that the reader gets then
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
