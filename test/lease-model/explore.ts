/** Visits every reachable state, nearest first, and reports the shortest way to a wrong one. */
export interface Model<State> {
  readonly start: State;
  /** Every state one step away, with the name of the step. */
  next(state: State, found: (step: string, next: State) => void): void;
  /** Equal for states that behave alike. */
  key(state: State): string;
  /** The fault of this state, or null. */
  fault(state: State): string | null;
}

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** The fault and the steps that lead to it; null if there is none. */
  readonly failure: { readonly fault: string; readonly way: readonly string[] } | null;
}

/** @throws Error when there are more states than `most`: an exploration that is cut short proves nothing */
export function explore<State>(model: Model<State>, most: number): Exploration {
  const seen = new Set([fingerprint(model.key(model.start))]);
  const parents = [-1];
  const stepsTo = ['start'];
  let layer = [model.start];
  let base = 0;
  let steps = 0;
  let failure: Exploration['failure'] = null;
  while (layer.length > 0 && failure === null) {
    const nextLayer: State[] = [];
    layer.forEach((state, index) => {
      if (failure !== null) return;
      model.next(state, (step, next) => {
        steps += 1;
        const print = fingerprint(model.key(next));
        if (seen.has(print)) return;
        seen.add(print);
        parents.push(base + index);
        stepsTo.push(step);
        nextLayer.push(next);
        const fault = failure === null ? model.fault(next) : null;
        if (fault !== null) failure = { fault, way: wayTo(parents.length - 1, parents, stepsTo) };
      });
    });
    base += layer.length;
    layer = nextLayer;
    if (seen.size > most) throw new Error(`more than ${most} states`);
  }
  return { states: seen.size, steps, failure };
}

function wayTo(index: number, parents: readonly number[], stepsTo: readonly string[]): string[] {
  const way: string[] = [];
  for (let at = index; at >= 0; at = parents[at] ?? -1) way.unshift(stepsTo[at] ?? '');
  return way;
}

/** 53 bits of a text: among a million states, two share a fingerprint in less than one run of ten thousand. */
function fingerprint(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
