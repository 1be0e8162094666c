import { coordinatorsIntoMixcoord, streamingNodes, type ChangeSet } from './changes.js';
import { issue, notes, samePage, upgradePages, type Pages } from './sources.js';

/** A reason against targets older than `version`. */
export interface FloorReason {
  readonly version: string;
  readonly reason: string;
  readonly source: string;
}

/** From one minor version to the next. */
export interface Crossing {
  readonly row: string;
  readonly from: string;
  readonly to: string;
  readonly path: 'helm' | 'migration';
  readonly documentation: Pages;
  /** Oldest version that may leave `from`; an older one goes to the stop of that minor first. */
  readonly leave?: { readonly version: string; readonly reason: string; readonly source: string };
  /** First safe targets, oldest first. Nothing in the sources says that data is lost below, so it may be overridden. */
  readonly floor?: { readonly id: string; readonly reasons: readonly FloorReason[] };
  /** Has to be in place before `from` is left. */
  readonly before?: ChangeSet;
  /** Made by the crossing itself. */
  readonly along?: ChangeSet;
  readonly pointOfNoReturn: string;
}

/** Seen from 2.4 to 2.3 and from 2.3 to 2.2, among others: https://github.com/milvus-io/milvus/issues/33242 */
export const formatsChange = (from: string, to: string): string =>
  `Once Milvus ${to} has started, it writes metadata and indexes that ${from} cannot read; the way back is a backup made before this hop.`;

export const crossings: readonly Crossing[] = [
  {
    row: '2.0-to-2.1',
    from: '2.0',
    to: '2.1',
    path: 'helm',
    documentation: samePage('https://milvus.io/docs/v2.1.x/upgrade.md'),
    pointOfNoReturn: formatsChange('2.0', '2.1'),
  },
  {
    row: '2.1-to-2.2',
    from: '2.1',
    to: '2.2',
    path: 'migration',
    documentation: upgradePages('v2.2.x'),
    floor: {
      id: '2.1-to-2.2-target',
      reasons: [
        {
          version: '2.2.5',
          reason: 'Releases of 2.2 before 2.2.5 have known defects with indexes and segments that an older one wrote.',
          source: notes('v2.2.x'),
        },
      ],
    },
    pointOfNoReturn:
      'The migration deletes the metadata of 2.1 before it writes that of 2.2: from then on only the metadata backup leads back, and it takes back what 2.2 has written by then.',
  },
  {
    row: '2.2-to-2.3',
    from: '2.2',
    to: '2.3',
    path: 'helm',
    documentation: upgradePages('v2.3.x'),
    leave: {
      version: '2.2.15',
      reason: 'The release notes of 2.2 ask to leave that minor from 2.2.15 or 2.2.16.',
      source: notes('v2.2.x'),
    },
    floor: {
      id: '2.2-to-2.3-target',
      reasons: [
        {
          version: '2.3.4',
          reason: 'Before 2.3.4 the load state of collections is lost on the way.',
          source: issue(29443),
        },
      ],
    },
    pointOfNoReturn: formatsChange('2.2', '2.3'),
  },
  {
    row: '2.3-to-2.4',
    from: '2.3',
    to: '2.4',
    path: 'helm',
    documentation: upgradePages('v2.4.x'),
    pointOfNoReturn: formatsChange('2.3', '2.4'),
  },
  {
    row: '2.4-to-2.5',
    from: '2.4',
    to: '2.5',
    path: 'helm',
    documentation: upgradePages('v2.5.x'),
    floor: {
      id: '2.4-to-2.5-target',
      reasons: [
        {
          version: '2.5.4',
          reason: 'Before 2.5.4 scalar inverted indexes of 2.4 cannot be read.',
          source: issue(39272),
        },
      ],
    },
    pointOfNoReturn: formatsChange('2.4', '2.5'),
  },
  {
    row: '2.5-to-2.6',
    from: '2.5',
    to: '2.6',
    path: 'helm',
    documentation: upgradePages('v2.6.x'),
    leave: {
      version: '2.5.16',
      reason: 'Milvus 2.6 is reached from 2.5.16 or newer only.',
      source: upgradePages('v2.6.x').cluster,
    },
    floor: {
      id: '2.5-to-2.6-target',
      reasons: [
        {
          version: '2.6.11',
          reason: 'Before 2.6.11 query nodes can count as ready too early while a coordinator of 2.5 still runs.',
          source: 'https://github.com/milvus-io/milvus/pull/47693',
        },
        {
          version: '2.6.15',
          reason: 'Before 2.6.15 inserts fail into collections that 2.5 made with a dynamic field.',
          source: issue(48977),
        },
      ],
    },
    before: coordinatorsIntoMixcoord,
    along: streamingNodes,
    pointOfNoReturn:
      'Once Milvus 2.6 has started, its streaming nodes have taken over the message queue, and newer releases of 2.6 mark the metadata against older minors; the way back to 2.5 is a backup of metadata and data made before this hop.',
  },
  {
    row: '2.6-to-3.0',
    from: '2.6',
    to: '3.0',
    path: 'helm',
    documentation: upgradePages('v3.0.x'),
    pointOfNoReturn:
      'Going back from 3.0 by changing the image is not validated: once 3.0 has written, 2.6 can fail to read it. The documented recovery restores the backups of metadata and data made before.',
  },
];
