import { olderImage } from '../../milvus/dependency-image.js';
import type { Hop } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code, sentence, shorten } from '../safe.js';
import { byKind, lost, stays } from './changes/objects.js';

const MAX_SENTENCE = 800;

/** `Deployment my-milvus-proxy` in its two parts. */
export const refs = (names: readonly string[]): readonly { readonly kind: string; readonly name: string }[] =>
  names.map((text) => {
    const [kind = '', ...name] = text.split(' ');
    return { kind, name: name.join(' ') };
  });

/** The command that goes back to before this hop. The revision is known for the first one alone. */
function rollback({ release = '', namespace, before, plan }: Report, index: number): string {
  const place = namespace === undefined ? '' : ` --namespace ${namespace}`;
  const history = code(`helm history ${release}${place}`);
  if (index > 0)
    return `${code(`helm rollback ${release} <revision>${place}`)} to the revision of hop ${index} (${history} names it).`;
  if (plan === undefined || plan.situation === 'rollout-unfinished') {
    return `${code('helm rollback')} to the revision before the one that is being rolled out (${history} names it).`;
  }
  if (before?.release.status !== 'deployed') {
    return `${code('helm rollback')} to the last revision that was deployed (${history} names it).`;
  }
  const { revision } = plan.installed;
  return `${code(`helm rollback ${release} ${revision}${place}`)}. Helm keeps revision ${revision} in its history.`;
}

/** Images of etcd and MinIO that this hop makes newer: Helm would put the older ones back on what these have written. */
const newerDependencies = ({ estimate }: Hop): readonly string[] =>
  (estimate?.images ?? []).flatMap(({ from, to }) =>
    from !== undefined && to !== undefined && olderImage(to, from) ? [`${code(from)} → ${code(to)}`] : [],
  );

/** How one can get back to before a hop: Helm's own way, or only by a backup, said plainly. */
export function wayBack(report: Report, hop: Hop, index: number): readonly string[] {
  const newer = newerDependencies(hop);
  if (hop.pointOfNoReturn === undefined && newer.length > 0) {
    return [
      `**Way back:** Milvus itself could go back, but this hop brings newer dependencies (${newer.join(', ')}), and ${code('helm rollback')} would start the older ones on what these have written: only with a backup, or with their tags kept in the values.`,
    ];
  }
  if (hop.pointOfNoReturn === undefined) return [`**Way back:** ${rollback(report, index)}`];
  const none = hop.path === 'helm' ? ' This run takes none.' : '';
  return [
    `⚠️ **Point of no return:** ${sentence(shorten(hop.pointOfNoReturn, MAX_SENTENCE))}`,
    `**Way back:** only a backup of metadata and object storage from before this hop; ${code('helm rollback')} does not undo what the new version writes.${none}`,
  ];
}

/** The same in a word or two, for a table. */
export const wayBackInShort = (hop: Hop): string =>
  hop.pointOfNoReturn === undefined && newerDependencies(hop).length === 0 ? code('helm rollback') : '⚠️ backup only';

/** What holds data and stays, as far as this hop was looked at. */
export function kept(report: Report, { estimate }: Hop, index: number): readonly string[] {
  if (estimate === undefined || estimate.basis === 'rule') return [];
  const gone = lost(refs(estimate.removed));
  if (gone.length > 0) return [`⚠️ **Would leave the release, with what it holds:** ${byKind(gone)}`];
  const seen = index === 0 && estimate.basis === 'dry-run' ? stays(report.plan?.diff ?? []) : undefined;
  return [`**Stays:** ${seen ?? 'every StatefulSet and every PersistentVolumeClaim'}`];
}
