import type { CoordinatorStyle } from './knowledge.js';

/** From one minor version to the next: which pairs one Helm upgrade may do, and what speaks against the others. */

const docs = (line: string): string => `https://milvus.io/docs/${line}/upgrade_milvus_cluster-helm.md`;
const notes = (line: string): string => `https://milvus.io/docs/${line}/release_notes.md`;
const issue = (number: number): string => `https://github.com/milvus-io/milvus/issues/${number}`;

/** Releases with a known defect that an upgrade should not stop at; both ends included. */
export interface BadTarget {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly instead: string;
  readonly reason: string;
  readonly source: string;
}

export const badTargets: readonly BadTarget[] = [
  {
    id: 'bad-target-2.2.2',
    from: '2.2.2',
    to: '2.2.4',
    instead: '2.2.5',
    reason: '2.2.2 to 2.2.4 count rows wrongly and lose indexes of segments written before 2.2.1',
    source: issue(22952),
  },
  {
    id: 'bad-target-2.4.13',
    from: '2.4.13',
    to: '2.4.13',
    instead: '2.4.13-hotfix',
    reason: '2.4.13 was replaced by 2.4.13-hotfix',
    source: notes('v2.4.x'),
  },
  {
    id: 'bad-target-2.6.0',
    from: '2.6.0',
    to: '2.6.1',
    instead: '2.6.2',
    reason: 'with active standby, coordinators of 2.6.0 and 2.6.1 stop because an old session exists',
    source: issue(44205),
  },
];

/** One step between neighbouring minors. */
export interface Crossing {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly source: string;
  /** Oldest source that may cross, and where an older one goes first. */
  readonly sourceFrom?: { readonly version: string; readonly hop: string; readonly reason: string };
  readonly targetFrom?: { readonly version: string; readonly reason: string };
  /** Not one Helm upgrade, or not one that this action plans. */
  readonly blocked?: {
    readonly id: string;
    readonly reason: string;
    /** A hop within the source's minor that the documented procedure starts from. */
    readonly nextHop?: string;
    readonly remedy: string;
  };
}

export const crossings: readonly Crossing[] = [
  { id: '2.0-to-2.1', from: '2.0', to: '2.1', source: 'https://milvus.io/docs/v2.1.x/upgrade.md' },
  {
    id: '2.1-to-2.2',
    from: '2.1',
    to: '2.2',
    source: docs('v2.2.x'),
    blocked: {
      id: 'metadata-migration',
      reason:
        'Milvus 2.2 reads metadata in another layout than 2.1 writes, so the metadata has to be migrated while Milvus is stopped; this version of the action does not do that.',
      remedy: 'Follow the documented migration (migrate.sh) with a backup that is known to be good.',
    },
  },
  {
    id: '2.2-to-2.3',
    from: '2.2',
    to: '2.3',
    source: issue(29443),
    sourceFrom: {
      version: '2.2.15',
      hop: '2.2.16',
      reason: 'The release notes of 2.2 ask to leave that minor from 2.2.15 or 2.2.16.',
    },
    targetFrom: { version: '2.3.4', reason: 'Before 2.3.4 the load state of collections is lost on the way.' },
  },
  { id: '2.3-to-2.4', from: '2.3', to: '2.4', source: docs('v2.4.x') },
  {
    id: '2.4-to-2.5',
    from: '2.4',
    to: '2.5',
    source: issue(39272),
    targetFrom: { version: '2.5.4', reason: 'Before 2.5.4 scalar inverted indexes of 2.4 cannot be read.' },
  },
  {
    id: '2.5-to-2.6',
    from: '2.5',
    to: '2.6',
    source: docs('v2.6.x'),
    blocked: {
      id: 'streaming-migration',
      reason:
        'Milvus 2.6 needs a changed configuration (streaming nodes instead of index nodes, all coordinators in mixcoord), which this version of the action does not plan yet.',
      nextHop: '2.5.16',
      remedy:
        'The documented steps are: 2.5.16 or newer on chart 4.2.58 with mixCoordinator.enabled=true and the separate coordinators off, then 2.6 on a chart from 5.0.0 with streaming.enabled=true and indexNode.enabled=false, keeping the message queue.',
    },
  },
  {
    id: '2.6-to-3.0',
    from: '2.6',
    to: '3.0',
    source: docs('v3.0.x'),
    blocked: {
      id: 'storage-generation',
      reason:
        'Milvus 3.0 asks for a checked topology and for tested backups of metadata and data, which this version of the action does not plan yet.',
      remedy:
        'The documented step changes the image alone on the installed chart (mixcoord and streaming nodes, no index nodes), after a backup.',
    },
  },
];

/** Where to go first when the target is more than one minor away. Hops in their order; the first newer than the source. */
export interface Detour {
  readonly from: string;
  readonly hops: readonly string[];
  /** What to do where no hop is left that this action makes. */
  readonly otherwise: string;
  readonly source: string;
}

export const detours: readonly Detour[] = [
  {
    from: '2.0',
    hops: ['2.1.4'],
    otherwise: 'Go to 2.1.4 first.',
    source: 'https://milvus.io/docs/v2.1.x/upgrade.md',
  },
  {
    from: '2.1',
    hops: [],
    otherwise:
      'Migrate the metadata to 2.2 first, with the documented tool (it knows 2.1 to 2.2 only); this version of the action does not do that.',
    source: docs('v2.2.x'),
  },
  { from: '2.2', hops: ['2.2.16', '2.3.22'], otherwise: 'Go to the newest 2.3 first.', source: notes('v2.2.x') },
  { from: '2.3', hops: ['2.4.24'], otherwise: 'Go to the newest 2.4 first.', source: docs('v2.4.x') },
  { from: '2.4', hops: ['2.5.27'], otherwise: 'Go to the newest 2.5 first.', source: docs('v2.6.x') },
  {
    from: '2.5',
    hops: [],
    otherwise: 'Follow the documented upgrade to 2.6 first; this version of the action does not plan it yet.',
    source: docs('v2.6.x'),
  },
];

/** Worth knowing on an allowed crossing. */
export interface Advice {
  readonly crossing: string;
  /** Only for targets older than this. */
  readonly below?: string;
  readonly style?: CoordinatorStyle;
  readonly text: string;
  readonly source: string;
}

export const advice: readonly Advice[] = [
  {
    crossing: '2.2-to-2.3',
    text: 'Milvus 2.3 has no ANNOY and RHNSW indexes and no Tanimoto metric any more: replace them before the upgrade.',
    source: notes('v2.3.x'),
  },
  {
    crossing: '2.2-to-2.3',
    below: '2.3.12',
    text: 'Milvus 2.3.12 fixes a loss of data; choose it or a newer one.',
    source: notes('v2.3.x'),
  },
  {
    crossing: '2.3-to-2.4',
    text: 'The meaning of the mmap setting changed in 2.4: look at it if you use mmap.',
    source: notes('v2.4.x'),
  },
  {
    crossing: '2.4-to-2.5',
    below: '2.5.12',
    style: 'mixcoord',
    text: 'With mixcoord, sessions fall back correctly from 2.5.12 on; choose it or a newer one.',
    source: issue(41773),
  },
];
