/** Messages to and from the other tabs of the browser, and the events after which a tab must look again. */
import { browser } from './browser.js';

export interface Tabs<Message> {
  post(message: Message): void;
  leave(): void;
}

export interface Listeners<Message> {
  hear(message: Message): void;
  /** Another tab has written to `localStorage`, and this tab can read it. A message about it may arrive earlier or later. */
  look(): void;
  /** The tab may have missed messages, or the network may have been away. */
  wake(event: Awakening): void;
}

export interface Awakening {
  /** True if the page was in the back/forward cache, where no message reaches it. */
  readonly persisted?: boolean;
}

/** Much longer than a message between tabs takes, even on a machine that is busy with twenty tabs. */
export const WORD_OF_MOUTH_MS = 2000;

export function joinTabs<Message>(name: string, { hear, look, wake }: Listeners<Message>): Tabs<Message> {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => hear((event as { data: Message }).data);
  // In Node an open channel would keep the program alive.
  (channel as { unref?(): void }).unref?.();
  const listeners = { storage: look, online: wake, focus: wake, pageshow: wake };
  for (const [type, listener] of Object.entries(listeners)) browser.addEventListener?.(type, listener);
  return {
    post: (message) => channel.postMessage(message),
    leave() {
      channel.close();
      for (const [type, listener] of Object.entries(listeners)) browser.removeEventListener?.(type, listener);
    },
  };
}
