/** `latchkey/verifier/nest`: a module whose guard stands before every handler of REST and GraphQL, and whose walk finds what it misses. */
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService, Reflector } from '@nestjs/core';
import type { Verifier, VerifierOptions } from '../contract.js';
import { createVerifier } from '../verifier.js';
import { LatchkeyGuard } from './nest-guard.js';
import { SchemaWalk } from './nest-walk.js';

export { CurrentCaller, LatchkeyGuard, Public, Roles } from './nest-guard.js';

/** The token under which the verifier can be injected. */
export const VERIFIER = 'latchkey/verifier';

/** Either the options of `createVerifier`, and the module closes it with the application; or a verifier that you close. */
export type LatchkeyModuleOptions = (VerifierOptions | { readonly verifier: Verifier | Promise<Verifier> }) & {
  /** Queries, mutations and subscriptions, as `Query.field`, that no handler of Nest resolves and everybody may ask for. */
  readonly publicFields?: readonly string[];
};

/** Import it once, in the root module. */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows modules by their classes
export class LatchkeyModule {
  static forRoot(options: LatchkeyModuleOptions): DynamicModule {
    const { publicFields = [], ...rest } = options;
    const open = async (): Promise<Opened> => {
      if ('verifier' in rest) return openedFrom(await rest.verifier, async () => undefined);
      const verifier = await createVerifier(rest);
      return openedFrom(verifier, () => verifier.close());
    };
    return {
      module: LatchkeyModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: OPENED, useFactory: open },
        { provide: VERIFIER, useFactory: ({ verifier }: Opened) => verifier, inject: [OPENED] },
        { provide: LatchkeyGuard, useFactory: LatchkeyGuard.create, inject: [VERIFIER, Reflector] },
        { provide: APP_GUARD, useExisting: LatchkeyGuard },
        {
          provide: SchemaWalk,
          useFactory: (verifier: Verifier, discovery: DiscoveryService, reflector: Reflector) =>
            SchemaWalk.create(verifier, { discovery, reflector, publicFields }),
          inject: [VERIFIER, DiscoveryService, Reflector],
        },
      ],
      exports: [VERIFIER, LatchkeyGuard],
    };
  }
}

const OPENED = 'latchkey/verifier:opened';

interface Opened extends OnApplicationShutdown {
  readonly verifier: Verifier;
}

/** Nest calls the hook, whatever has made the provider. */
function openedFrom(verifier: Verifier, onApplicationShutdown: () => Promise<void>): Opened {
  return { verifier, onApplicationShutdown };
}
