/** Answers within a time, whatever happens to the work. */

/**
 * The work goes on after the answer. It can ask whether that was given, so that it does nothing that nobody waits for any more.
 *
 * @param late makes the error that answers in place of work that is late
 */
export async function within<Result>(ms: number, late: () => Error, work: (isOver: () => boolean) => Promise<Result>): Promise<Result> {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    const end = () => {
      isOver = true;
      reject(late());
    };
    // In a process that was held up, the answer may have come long ago and is read in this turn.
    timer = setTimeout(() => setImmediate(end), ms);
  });
  try {
    return await Promise.race([work(() => isOver), over]);
  } finally {
    clearTimeout(timer);
  }
}
