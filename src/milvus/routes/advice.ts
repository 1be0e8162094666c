import { minorOf } from '../version.js';
import type { CoordinatorStyle, MessageQueue, Mode } from '../knowledge.js';
import type { HopView } from './hop-view.js';
import { issue, notes, upgradePages } from './sources.js';
import { older } from './table-version.js';

/** Worth knowing before a hop. Every condition that a row names has to hold. */
export interface Advice {
  /** Row of a crossing that the hop makes. */
  readonly crossing?: string;
  /** The hop leads from an older version to this one or a newer one. */
  readonly reaching?: string;
  /** The target is of this minor. */
  readonly minor?: string;
  /** The target is older than this. */
  readonly below?: string;
  /** The target is this or newer. */
  readonly from?: string;
  readonly mode?: Mode;
  readonly queue?: MessageQueue;
  /** Coordinators before the hop. */
  readonly coordinators?: CoordinatorStyle;
  /** Row of changes that the hop makes. */
  readonly changes?: string;
  readonly text: string;
  readonly source: string;
}

const migrationTool = 'https://github.com/milvus-io/milvus/tree/2.2/cmd/tools/migration';

export const advice: readonly Advice[] = [
  {
    crossing: '2.1-to-2.2',
    text: 'Only collections that are fully loaded and have an index stay loaded: write down which are loaded, and load the others again afterwards.',
    source: migrationTool,
  },
  {
    crossing: '2.1-to-2.2',
    text: 'The metadata backup holds metadata alone; object storage and message queue are not in it.',
    source: migrationTool,
  },
  {
    reaching: '2.2.3',
    text: 'From Milvus 2.2.3 on a collection may have 64 fields at most; it was 256 before.',
    source: notes('v2.2.x'),
  },
  {
    crossing: '2.2-to-2.3',
    text: 'Milvus 2.3 has no ANNOY and RHNSW indexes and no Tanimoto metric any more: replace them before the upgrade.',
    source: notes('v2.3.x'),
  },
  {
    minor: '2.3',
    below: '2.3.12',
    text: 'Milvus 2.3.12 fixes a loss of data; choose it or a newer one.',
    source: notes('v2.3.x'),
  },
  {
    crossing: '2.3-to-2.4',
    text: 'The meaning of the mmap setting changed in 2.4: look at it if you use mmap.',
    source: issue(30908),
  },
  {
    minor: '2.4',
    below: '2.4.4',
    text: 'Milvus 2.4.4 fixes a loss of data of bulk inserts; choose it or a newer one.',
    source: notes('v2.4.x'),
  },
  {
    crossing: '2.3-to-2.4',
    below: '2.4.6',
    text: 'Milvus 2.4.6 fixes a version check that fails while nodes of 2.3 and 2.4 run side by side; choose it or a newer one.',
    source: 'https://github.com/milvus-io/milvus/pull/34185',
  },
  {
    crossing: '2.4-to-2.5',
    below: '2.5.12',
    coordinators: 'mixcoord',
    text: 'With mixcoord, sessions fall back correctly from 2.5.12 on; choose it or a newer one.',
    source: issue(41773),
  },
  {
    minor: '2.5',
    below: '2.5.22',
    text: 'Milvus 2.5.22 fixes a possible loss of data; choose it or a newer one.',
    source: notes('v2.5.x'),
  },
  {
    changes: '2.5-mixcoord',
    coordinators: 'mixed',
    text: 'Separate coordinators run beside mixcoord; after this hop mixcoord alone runs.',
    source: upgradePages('v2.6.x').cluster,
  },
  {
    crossing: '2.5-to-2.6',
    text: 'The message queue stays what it is; changing it during this upgrade is not supported.',
    source: upgradePages('v2.6.x').cluster,
  },
  {
    crossing: '2.5-to-2.6',
    mode: 'cluster',
    text: 'A proxy of 2.6 writes only after the last proxy of 2.5 has stopped: expect writes to be interrupted.',
    source: issue(45812),
  },
  {
    crossing: '2.5-to-2.6',
    mode: 'cluster',
    text: 'If proxies refuse writes or queries afterwards, restart mixcoord first and the streaming nodes after it.',
    source: issue(47806),
  },
  {
    from: '2.6.0',
    queue: 'woodpecker',
    text: 'Woodpecker needs MinIO RELEASE.2024-12-18T13-15-44Z or newer: an older image must not be pinned.',
    source: 'https://milvus.io/docs/v2.6.x/use-woodpecker.md',
  },
  {
    crossing: '2.6-to-3.0',
    queue: 'woodpecker',
    text: 'Keep woodpecker.enabled=false and streaming.woodpecker.embedded=true: Milvus 2.6 ran woodpecker embedded, and 3.0 panics when that changes on the way.',
    source: 'https://github.com/zilliztech/woodpecker/issues/216',
  },
  {
    crossing: '2.6-to-3.0',
    text: 'The message queue stays what it is; changing it during this upgrade is not supported.',
    source: upgradePages('v3.0.x').cluster,
  },
  {
    crossing: '2.6-to-3.0',
    text: 'Storage V3 stays off: enable it, and other features of 3.0, only after the upgrade has been verified.',
    source: upgradePages('v3.0.x').cluster,
  },
];

/** One test per condition; a condition that a row does not name holds. */
function holds(row: Advice, { leg, question, before }: HopView): boolean {
  const { crossing, reaching, minor, below, from, mode, queue, coordinators, changes } = row;
  const { source, target } = leg;
  const tests = [
    crossing === undefined || leg.crossings.some((candidate) => candidate.row === crossing),
    reaching === undefined || (older(source, reaching) && !older(target, reaching)),
    minor === undefined || minorOf(target) === minor,
    below === undefined || older(target, below),
    from === undefined || !older(target, from),
    mode === undefined || question.mode === mode,
    queue === undefined || (question.queue.known && question.queue.value === queue),
    coordinators === undefined || before.coordinators === coordinators,
    changes === undefined || leg.changes.some((set) => set.row === changes),
  ];
  return tests.every((test) => test);
}

/** What to know before a hop, each with its source. A run that keeps the version tells nothing new. */
export const noticesFor = (view: HopView): readonly string[] =>
  view.leg.row === 'same-version'
    ? []
    : advice.filter((row) => holds(row, view)).map(({ text, source }) => `${text} See ${source}`);
