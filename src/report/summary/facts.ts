import type { Known } from '../../milvus/knowledge.js';
import type { AutoscalerFact, Facts } from '../../plan/facts.js';
import type { Report } from '../report.js';
import { code, markdown, sentence, shorten } from '../safe.js';
import { blocks, enumerated, keep, table, type Section } from './section.js';

type Line = readonly [title: string, value: string];

/** A fact as a cell of Markdown; empty where there is nothing to say. One line adds a fact. */
type Reader = readonly [title: string, read: (facts: Facts) => string];

const MAX_ITEMS = 12;
const MAX_SENTENCE = 600;

type Plain = string | number | boolean;

/** A fact as a table cell: read or unknown with its reason, a switch, a text, a list. */
function cell(fact: Plain | readonly Plain[] | Known<Plain | readonly Plain[]>): string {
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no';
  if (typeof fact !== 'object') return code(String(fact));
  if ('known' in fact) {
    return fact.known ? cell(fact.value) : `unknown: ${sentence(shorten(fact.reason, MAX_SENTENCE))}`;
  }
  return fact.length === 0 ? 'none' : enumerated(fact.map(cell), MAX_ITEMS);
}

/** What identifies the installation and must not change by accident. */
const identity: readonly Reader[] = [
  [
    'Mode',
    ({ mode, coordinators }) => markdown(coordinators === 'none' ? mode : `${mode}, coordinators: ${coordinators}`),
  ],
  ['Message queue', ({ messageQueue }) => cell(messageQueue)],
  ['Object storage', ({ bucket, bucketRootPath }) => `bucket ${cell(bucket)}, path in it ${cell(bucketRootPath)}`],
  ['Metadata root path', ({ rootPath }) => cell(rootPath)],
];

/** What else decides which way leads on, and what is in its way. */
const deciding: readonly Reader[] = [
  ['Streaming nodes', ({ mode, streamingNode }) => (mode === 'cluster' ? cell(streamingNode) : '')],
  ['Index nodes', ({ mode, indexNode }) => (mode === 'cluster' ? cell(indexNode) : '')],
  ['Metastore', ({ metastore }) => cell(metastore)],
  ['etcd', ({ etcd }) => placed(etcd)],
  [
    'etcd members ready',
    ({ etcd: { members } }) => (members.known ? `${members.value.ready}/${members.value.wanted}` : cell(members)),
  ],
  ['Connection to etcd', ({ etcd }) => `TLS: ${cell(etcd.tls)}, login: ${cell(etcd.auth)}`],
  ['Object storage server', ({ objectStorage }) => placed(objectStorage)],
  ['MinIO mode', ({ minioMode }) => cell(minioMode)],
  ['Claims', ({ claims }) => cell(each(claims, (one) => `${one.name} ${one.size} ${one.storageClass ?? 'no class'}`))],
  ['Autoscalers', ({ autoscalers }) => cell(each(autoscalers.horizontal, scaler))],
  ['KEDA', ({ autoscalers }) => cell(each(autoscalers.keda, scaler))],
  [
    'Disruption budgets',
    ({ disruptionBudgets }) =>
      cell(each(disruptionBudgets, (one) => `${one.name}, allows ${one.disruptionsAllowed} now`)),
  ],
  [
    'Owned by',
    ({ owners }) =>
      cell(owners.map(({ owner, name, evidence }) => `${owner}${name === undefined ? '' : ` ${name}`} (${evidence})`)),
  ],
  [
    'Replicas scaled by hand',
    ({ replicas }) =>
      cell(replicas.map(({ workload, live, manifest }) => `${workload}: ${live}, in the manifest ${manifest}`)),
  ],
  [
    'Objects the server does not know',
    ({ unserved }) => cell(each(unserved, (one) => `${one.apiVersion} ${one.kind} ${one.name}`)),
  ],
  ['Image repository', ({ image }) => (image.known ? cell(image.value.repository) : cell(image))],
  [
    'Release record',
    ({ release }) =>
      markdown(
        `${release.status}, applied by the ${release.applyMethod}, ${Math.ceil(release.storedBytes / 1024)} KiB stored`,
      ),
  ],
];

const scaler = ({ workload, min, max }: AutoscalerFact): string => `${workload}: ${min} to ${max}`;

const placed = ({
  place,
  servers,
}: {
  readonly place: Known<string>;
  readonly servers: Known<readonly string[]>;
}): string => (place.known ? `${markdown(place.value)}, ${cell(servers)}` : cell(place));

const each = <T>(list: Known<readonly T[]>, say: (one: T) => string): Known<readonly string[]> =>
  list.known ? { ...list, value: list.value.map(say) } : list;

const read = (readers: readonly Reader[], facts: Facts): readonly Line[] =>
  readers.flatMap(([title, from]): Line[] => {
    const text = from(facts);
    return text === '' ? [] : [[markdown(title), text]];
  });

export const identityLines = (facts: Facts): readonly Line[] => read(identity, facts);

/** Everything that decides how the release can be upgraded, for the page of `operation: status`. */
export function upgradeFacts(report: Report): Section | undefined {
  const facts = report.after ?? report.before;
  if (facts === undefined) return undefined;
  const rows = read([...identity, ...deciding], facts);
  return {
    name: 'facts',
    keep: keep.release,
    text: blocks('### What matters for an upgrade', table(['Fact', 'As it is now'], rows)),
  };
}
