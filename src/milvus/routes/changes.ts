import { components } from '../components.js';
import type { CoordinatorStyle, Mode } from '../knowledge.js';
import type { RouteChange } from './route.js';
import { upgradePages, type Pages } from './sources.js';

/** What of a release's topology a hop can change. */
export interface Topology {
  readonly coordinators: CoordinatorStyle;
  readonly streamingNode: boolean;
  readonly indexNode: boolean;
}

/** Values that have to change together, and what then runs. */
export interface ChangeSet {
  /** Row of a hop that is made for these changes alone. */
  readonly row: string;
  readonly mode: Mode;
  /** Coordinator styles that need it; absent: any. */
  readonly coordinators?: readonly CoordinatorStyle[];
  /** Oldest chart that it is documented with, where no rule on charts says so already. */
  readonly chartFrom?: string;
  readonly changes: readonly RouteChange[];
  readonly result: Partial<Topology>;
  readonly documentation: Pages;
}

/**
 * All coordinators into mixcoord. A `mixed` set, mixcoord beside separate coordinators, ends in the same documented
 * state by the same values.
 */
export const coordinatorsIntoMixcoord: ChangeSet = {
  row: '2.5-mixcoord',
  mode: 'cluster',
  coordinators: ['separate', 'mixed'],
  chartFrom: '4.2.58',
  changes: components.flatMap(({ valueKey, coordinator }) =>
    coordinator === undefined
      ? []
      : [
          coordinator === 'mixcoord'
            ? {
                key: `${valueKey}.enabled`,
                value: true,
                why: 'Milvus 2.6 has one process for all coordinators; it has to run before 2.5 is left.',
              }
            : { key: `${valueKey}.enabled`, value: false, why: 'Its work moves into mixcoord.' },
        ],
  ),
  result: { coordinators: 'mixcoord' },
  documentation: upgradePages('v2.6.x'),
};

/** Streaming nodes instead of index nodes. The chart renders neither in standalone mode, so nothing changes there. */
export const streamingNodes: ChangeSet = {
  row: '2.5-to-2.6',
  mode: 'cluster',
  changes: [
    { key: 'streaming.enabled', value: true, why: 'Milvus 2.6 writes through streaming nodes.' },
    { key: 'indexNode.enabled', value: false, why: 'Milvus 2.6 builds indexes in data nodes and has no index node.' },
  ],
  result: { streamingNode: true, indexNode: false },
  documentation: upgradePages('v2.6.x'),
};

/** Whether a release needs the changes of a set. */
export const applies = (
  { mode, coordinators }: ChangeSet,
  release: { readonly mode: Mode; readonly coordinators: CoordinatorStyle },
): boolean => mode === release.mode && (coordinators === undefined || coordinators.includes(release.coordinators));
