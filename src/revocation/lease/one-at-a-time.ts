/**
 * Sends one message at a time. Messages that come meanwhile are joined to one, which is sent next.
 *
 * @param send must not reject
 * @returns takes a message
 */
export function oneAtATime<Message>(
  send: (message: Message) => Promise<void>,
  join: (earlier: Message, later: Message) => Message,
): (message: Message) => void {
  let waiting: Message | null = null;
  let isSending = false;
  const take = (): Message | null => {
    const message = waiting;
    waiting = null;
    return message;
  };
  const sendAll = async (): Promise<void> => {
    isSending = true;
    for (let next = take(); next !== null; next = take()) await send(next);
    isSending = false;
  };
  return (message) => {
    waiting = waiting === null ? message : join(waiting, message);
    if (!isSending) void sendAll();
  };
}
