/** All that the command line may ask for: the methods of several small classes under one roof. */
import type { Administration } from './administration.js';
import type { Listings } from './listings.js';
import type { MirrorAdministration } from './mirror-administration.js';

/** The methods only: private members of the same name would make the classes exclude each other. */
export type Commands = Pick<Administration, keyof Administration> &
  Pick<Listings, keyof Listings> &
  Pick<MirrorAdministration, keyof MirrorAdministration>;

export function joinCommands(...parts: readonly [Administration, Listings, MirrorAdministration]): Commands {
  const methods = parts.flatMap((part) => {
    const prototype: object = Object.getPrototypeOf(part);
    const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
    return names.map((name) => [name, Reflect.get(prototype, name).bind(part)] as const);
  });
  return Object.fromEntries(methods) as unknown as Commands;
}
