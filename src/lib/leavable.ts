/** An async iterator that can be left while it waits. A generator cannot: its `return` waits behind the event that it waits for. */

/** @param leave ends what `next` waits for; it may be called more than once */
export function leavable<Event>(
  next: () => Promise<IteratorResult<Event, undefined>>,
  leave: () => unknown,
): AsyncGenerator<Event, undefined, void> {
  return {
    next,
    async return() {
      await leave();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
