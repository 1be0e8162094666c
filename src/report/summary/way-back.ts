import { goingBack } from '../../milvus/going-back.js';
import type { Hop } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code, sentence, shorten } from '../safe.js';
import { byKind, lost, stays } from './changes/objects.js';
import { enumerated } from './section.js';

const MAX_SENTENCE = 800;
const MAX_IMAGES = 6;

const say = (text: string): string => sentence(shorten(text, MAX_SENTENCE));

/** `Deployment my-milvus-proxy` in its two parts. */
export const refs = (names: readonly string[]): readonly { readonly kind: string; readonly name: string }[] =>
  names.map((text) => {
    const [kind = '', ...name] = text.split(' ');
    return { kind, name: name.join(' ') };
  });

/** What Milvus itself is made of, whatever mirror it comes from. */
const isMilvus = (image: string, { image: { repository } }: Hop): boolean =>
  image.startsWith(`${repository}:`) || /(?:^|\/)milvus(?:-config-tool)?[:@]/.test(image);

/** Images of etcd, object storage and queue that this hop changes or brings: older ones may not read what they write. */
const otherDependencies = (hop: Hop): readonly string[] =>
  (hop.estimate?.images ?? []).flatMap(({ from, to }) =>
    to === undefined || isMilvus(to, hop) ? [] : [from === undefined ? code(to) : `${code(from)} → ${code(to)}`],
  );

/** Why going back is not truthful once something new has started; undefined where it is. */
function against(hop: Hop): string | undefined {
  const dependencies = otherDependencies(hop);
  if (dependencies.length > 0)
    return `This hop brings other dependencies (${enumerated(dependencies, MAX_IMAGES)}), and the older ones are not known to read what these write; keep their tags in the values to have that way.`;
  const pair = goingBack(hop.targetVersion, hop.sourceVersion);
  return pair.known ? undefined : say(pair.why);
}

/** To which revision: known for the first hop alone. */
function target({ before, plan }: Report, index: number): string {
  const deployed = index === 0 && before?.release.status === 'deployed' && plan?.situation === 'upgrade';
  return deployed ? `revision ${plan.installed.revision}, which Helm keeps` : 'the revision that this hop begins with';
}

const command = code('operation: rollback');
const untilStarted = `${command} until the first container with a new image has started`;
const backup = 'only a backup of metadata and object storage from before this hop';

/** How one can get back to before a hop: by this action where that is truthful, or only by a backup, said plainly. */
export function wayBack(report: Report, hop: Hop, index: number): readonly string[] {
  if (hop.pointOfNoReturn !== undefined) {
    const none = hop.path === 'helm' ? ' This run takes none.' : '';
    return [
      `⚠️ **Point of no return:** ${say(hop.pointOfNoReturn)}`,
      hop.path === 'helm'
        ? `**Way back:** ${untilStarted}; after that ${backup}, because going back by image does not undo what the new version writes.${none}`
        : `**Way back:** ${backup}.`,
    ];
  }
  const reason = against(hop);
  return reason === undefined
    ? [`**Way back:** ${command} goes back to ${target(report, index)}, as long as no later hop was begun.`]
    : [`**Way back:** ${untilStarted}; after that ${backup}. ${reason}`];
}

/** The same in a word or two, for a table. */
export const wayBackInShort = (hop: Hop): string =>
  hop.pointOfNoReturn === undefined && against(hop) === undefined ? command : '⚠️ backup only';

/** What holds data and stays, as far as this hop was looked at. */
export function kept(report: Report, { estimate }: Hop, index: number): readonly string[] {
  if (estimate === undefined || estimate.basis === 'rule') return [];
  const gone = lost(refs(estimate.removed));
  if (gone.length > 0) return [`⚠️ **Would leave the release, with what it holds:** ${byKind(gone)}`];
  const seen = index === 0 && estimate.basis === 'dry-run' ? stays(report.plan?.diff ?? []) : undefined;
  return [`**Stays:** ${seen ?? 'every StatefulSet and every PersistentVolumeClaim'}`];
}
