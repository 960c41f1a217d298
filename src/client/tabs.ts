/** Messages to and from the other tabs of the browser, and the events after which a tab must look again. */
import { browser } from './browser.js';

export interface Tabs<Message> {
  post(message: Message): void;
  leave(): void;
}

/** Before these events a tab may have missed messages, or the network may have been away. */
const AWAKENINGS = ['online', 'focus', 'pageshow'];

export function joinTabs<Message>(name: string, hear: (message: Message) => void, wake: () => void): Tabs<Message> {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => hear((event as { data: Message }).data);
  // In Node an open channel would keep the program alive.
  (channel as { unref?(): void }).unref?.();
  for (const awakening of AWAKENINGS) browser.addEventListener?.(awakening, wake);
  return {
    post: (message) => channel.postMessage(message),
    leave() {
      channel.close();
      for (const awakening of AWAKENINGS) browser.removeEventListener?.(awakening, wake);
    },
  };
}
