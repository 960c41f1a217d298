/** Feeds events to the lease reducer one after another. */

/**
 * @param handle carries one event out with all its effects. An event that an effect causes waits until they are done
 * @param after called once no event waits
 * @returns takes an event
 */
export function inTurns<Event>(handle: (event: Event) => void, after: () => void): (event: Event) => void {
  const waiting: Event[] = [];
  let isBusy = false;
  return (event) => {
    waiting.push(event);
    if (isBusy) return;
    isBusy = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) handle(next);
    } finally {
      isBusy = false;
    }
    after();
  };
}
