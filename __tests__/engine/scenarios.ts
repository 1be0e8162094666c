import type { KubeObject } from '../../src/cluster/port.js';
import type { ReleaseStatus } from '../../src/helm/port.js';
import { charts, imageOf } from '../model/scenario.js';
import type { BehaviourOf } from '../model/kubelet.js';
import type { Ask } from './program.js';

const { first, second, third } = charts;

/** What a run begins with, what it is asked for, and what may come of it. */
export interface Scenario {
  readonly name: string;
  readonly helmMajor: 3 | 4;
  readonly revisions?: readonly { readonly chart: string; readonly status: ReleaseStatus }[];
  /** Index of the revision whose objects are there; the last one, where left out. */
  readonly live?: number;
  readonly behaviourOf?: BehaviourOf;
  /** Runs that come before, without a fault. */
  readonly before?: readonly Ask[];
  readonly ask: Ask;
  /** What the clean run ends with. */
  readonly ends: string;
  /** Results that every history of faults and repeats has to end with. */
  readonly goals: readonly string[];
  /** Charts that the release may be at in the end. */
  readonly at: readonly string[];
}

/** Known at once: a wait for an image that may still come takes a minute and a half, and tells no more here. */
const badImage =
  (chart: string): BehaviourOf =>
  ({ image }) =>
    image === imageOf(chart) ? { fate: 'bad-image' } : {};

const upgraded = ['upgraded', 'unchanged'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'upgrade',
    helmMajor: 3,
    ask: { operation: 'upgrade', way: [second] },
    ends: 'upgraded',
    goals: upgraded,
    at: [second],
  },
  {
    name: 'two hops, with another dependency image and one component for another',
    helmMajor: 4,
    ask: { operation: 'upgrade', way: [second, third] },
    ends: 'upgraded',
    goals: upgraded,
    at: [third],
  },
  {
    name: 'an image that never comes, taken back',
    helmMajor: 3,
    behaviourOf: badImage(second),
    ask: { operation: 'upgrade', way: [second], onFailure: 'restore' },
    ends: 'restored',
    goals: ['restored'],
    at: [first],
  },
  {
    name: 'an upgrade, rolled back',
    helmMajor: 4,
    before: [{ operation: 'upgrade', way: [second] }],
    ask: { operation: 'rollback', way: [second] },
    ends: 'rolled-back',
    goals: ['rolled-back', 'rolled-back before'],
    at: [first],
  },
];

/** A secret beside the release. */
export const secretText = 'canary-in-another-object';

/** An object that nobody asked to be touched. */
export const bystander: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'bystander', namespace: 'db' },
  data: { password: secretText },
};
