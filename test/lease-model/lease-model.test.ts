/**
 * Checks the lease protocol of two nodes in every order of events: production's reducer keeps its promise, and every known mistake is
 * caught.
 */
import { describe, expect, test } from 'vitest';
import { explore } from './explore.js';
import { leaseModel } from './model.js';
import { BROKEN, type BrokenName, faultOf, SOUND } from './protocols.js';
import type { Scenario, VerifierTraits } from './world.js';

const ONE_LOGOUT: Scenario = {
  coordinators: [0],
  serving: [0, 1],
  looks: 0,
  paces: [[500, 500]],
  listeningLeaseMs: 1_000,
  pollingLeaseMs: 1_000,
  termFalls: false,
  termRises: false,
  hasSnapshots: false,
  loses: false,
  kills: 0,
  strangers: 0,
  hasForeignBell: false,
  verifier: null,
};
const VERIFIER: VerifierTraits = {
  askedMs: 1_000,
  grantedMs: 1_000,
  repeats: false,
  isRevocable: false,
  hasStranger: false,
  pageRows: null,
};
const OTHER_NODE: Scenario = { ...ONE_LOGOUT, serving: [1] };

/** Each scenario covers something that the others do not; each is small enough to be explored completely. */
const SCENARIOS = {
  'one logout': ONE_LOGOUT,
  'two logouts of one session': { ...OTHER_NODE, coordinators: [0, 1] },
  'clocks that drift by 2 %': {
    ...OTHER_NODE,
    paces: [
      [500, 500],
      [500, 490],
      [490, 500],
    ],
  },
  'members that are looked at and removed': { ...OTHER_NODE, looks: 2, paces: [[1_000, 1_000]] },
  'a T that falls': { ...OTHER_NODE, termFalls: true, listeningLeaseMs: 1_500, pollingLeaseMs: 500 },
  'a T that rises': { ...OTHER_NODE, termRises: true, hasSnapshots: true, listeningLeaseMs: 1_500, pollingLeaseMs: 500 },
  'statements that get lost': { ...OTHER_NODE, loses: true },
  'a node that is killed': { ...OTHER_NODE, kills: 1 },
  'another logout elsewhere': { ...OTHER_NODE, strangers: 1 },
  'a doorbell of another database': { ...OTHER_NODE, hasForeignBell: true },
  'a verifier whose answers come late, twice, again or never': { ...OTHER_NODE, loses: true, verifier: { ...VERIFIER, repeats: true } },
  'a verifier whose credential is revoked': { ...OTHER_NODE, verifier: { ...VERIFIER, isRevocable: true } },
  'a verifier whose member id another one names': { ...OTHER_NODE, verifier: { ...VERIFIER, hasStranger: true } },
  'a verifier that is granted less': { ...OTHER_NODE, verifier: { ...VERIFIER, askedMs: 2_000 } },
  'a verifier that reads pages': { ...OTHER_NODE, strangers: 1, verifier: { ...VERIFIER, pageRows: 1 } },
} satisfies Record<string, Scenario>;

type ScenarioName = keyof typeof SCENARIOS;

/** Situations that an exploration must meet, or it proves nothing. */
const WITNESSES: Record<ScenarioName, readonly string[]> = {
  'one logout': [],
  'two logouts of one session': [],
  'clocks that drift by 2 %': [],
  'members that are looked at and removed': ['a member is removed'],
  'a T that falls': [],
  'a T that rises': [],
  'statements that get lost': ['answered: unconfirmed', 'refused: unreachable'],
  'a node that is killed': [],
  'another logout elsewhere': [],
  'a doorbell of another database': [],
  'a verifier whose answers come late, twice, again or never': [
    'a renewal is carried out twice',
    'answered: unconfirmed',
    'refused: unreachable',
  ],
  'a verifier whose credential is revoked': ['refused: unreachable'],
  'a verifier whose member id another one names': [],
  'a verifier that is granted less': [],
  'a verifier that reads pages': ['a page is read'],
};
const EVERYWHERE = ['accepted', 'revoked', 'answered: single-node', 'answered: acknowledged', 'answered: lease-expiry'];

const CATCHES: Record<BrokenName, ScenarioName> = {
  'lease counted from receipt': 'statements that get lost',
  'wait counted from the start of the logout': 'statements that get lost',
  'expiry by timer flag': 'statements that get lost',
  'members read before the commit': 'statements that get lost',
  'serving before registering': 'statements that get lost',
  'refresh not conditional on membership': 'members that are looked at and removed',
  'member row deleted early by a stepped clock': 'members that are looked at and removed',
  'reload that overwrites the set': 'one logout',
  'drift without margin': 'clocks that drift by 2 %',
  'renewals rarer than refreshes': 'members that are looked at and removed',
  'a repeated logout that answers at once': 'two logouts of one session',
  'T lowered while an old lease runs': 'a T that falls',
  'a repeat answered from the first snapshot': 'two logouts of one session',
  'a bell that renews a lease': 'another logout elsewhere',
  'a bell applied over a gap': 'another logout elsewhere',
  'a bell of another cluster': 'a doorbell of another database',
  'an acknowledgement that came before the wait began and is forgotten': 'one logout',
  'verifier: lease counted from receipt': 'a verifier whose answers come late, twice, again or never',
  'verifier: an answer from the memory of the server': 'a verifier whose answers come late, twice, again or never',
  'verifier: the nonce is not checked': 'a verifier whose answers come late, twice, again or never',
  'verifier: acknowledged before it is applied': 'a verifier whose answers come late, twice, again or never',
  'verifier: the member id of another is accepted': 'a verifier whose member id another one names',
  'verifier: rows deleted with the credential': 'a verifier whose credential is revoked',
  'verifier: the asked lease where less was granted': 'a verifier that is granted less',
  'verifier: a page taken for the whole': 'a verifier that reads pages',
};

const MOST_STATES = 300_000;
/** Far more than needed, because the machine may be busy. */
const TIMEOUT_MS = 600_000;

describe('a request that came after the answer to a logout is not accepted, and nothing else is refused as revoked', () => {
  test.for(Object.keys(SCENARIOS) as ScenarioName[])('with %s [R5] [R14] [R36]', { timeout: TIMEOUT_MS }, (name) => {
    const witnesses = new Set<string>();
    const { states, failure } = explore(leaseModel(SOUND, SCENARIOS[name], witnesses), MOST_STATES);
    expect(failure).toBeNull();
    expect(states).toBeGreaterThan(2_000);
    expect([...witnesses].sort()).toEqual([...EVERYWHERE, ...WITNESSES[name]].sort());
  });
});

describe('the model catches', () => {
  test.for(Object.keys(BROKEN) as BrokenName[])('%s', { timeout: TIMEOUT_MS }, (name) => {
    const { failure } = explore(leaseModel(BROKEN[name], SCENARIOS[CATCHES[name]], new Set()), MOST_STATES);
    expect(failure?.fault).toBe(faultOf(name));
  });
});
