/** Everything that can happen to two nodes and their database, in any order, as a graph of worlds. */
import type { Model } from './explore.js';
import { keyOf } from './model-time.js';
import { Moves } from './moves.js';
import type { Protocol } from './protocols.js';
import { type Scenario, startOf, type Witnesses, type World } from './world.js';

export function leaseModel(protocol: Protocol, scenario: Scenario, witnesses: Witnesses): Model<World> {
  return {
    start: startOf(scenario),
    next: (world, found) => new Moves(protocol, scenario, witnesses, world, found).all(),
    key: keyOf,
    fault: ({ fault }) => fault,
  };
}
