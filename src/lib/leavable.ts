/** An async iterator that its reader can leave while it waits. With a generator, `return` would wait until the next event comes. */

/** @param leave ends the wait of `next`; it may be called more than once */
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
