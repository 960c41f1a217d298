/** The other tabs of the browser: what is said to them and heard from them, and the moments in which a tab wakes up. */
import { browser } from './browser.js';

export interface Tabs<Message> {
  post(message: Message): void;
  leave(): void;
}

/** After these a tab may have missed what the others said, or the network may be back. */
const AWAKENINGS = ['online', 'focus', 'pageshow'];

export function joinTabs<Message>(name: string, hear: (message: Message) => void, wake: () => void): Tabs<Message> {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => hear((event as { data: Message }).data);
  // Of Node, where a channel would keep the program alive.
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
