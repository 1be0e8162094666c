import type { KubeObject } from '../../cluster/port.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { goingBack } from '../../milvus/going-back.js';
import type { Known } from '../../milvus/knowledge.js';
import { some } from '../rollout/text.js';
import { programsOf } from './images.js';
import { claimsLost, manifestOf, wasDeployed } from './records.js';
import { altogether, type Start } from './started.js';

export interface BackQuestion {
  /** All stored revisions, oldest first; the last one is to be taken back. */
  readonly history: readonly ReleaseRecord[];
  /** The revision to go back to. */
  readonly target: number;
  /** Milvus versions of the last revision and of the target. */
  readonly versions: { readonly last: Known<string>; readonly target: Known<string> };
  /** `whatStarted` of these two revisions, asked after the last Helm has ended. */
  readonly starts: readonly Start[];
  /** Major version of the Helm that would go back. */
  readonly helmMajor: number;
}

/** Whether going back returns what was there, in sentences. */
export type BackJudgement =
  | {
      readonly truthful: true;
      readonly because: string;
      /** What stays the reader's to know. */
      readonly mind?: string;
    }
  | {
      readonly truthful: false;
      readonly why: string;
      /** What can be done instead, best first. */
      readonly possible: readonly string[];
      /** Public source of the reason, where it has one. */
      readonly source?: string;
    };

const forward =
  'Go forward: repair what stopped the upgrade, then run it again with the same inputs. Nothing has to be taken back for that.';
const restore =
  'Restore the backups of metadata and of object storage that were made before the upgrade, together, and start the older version on them. What was written since then is lost.';

const no = (why: string, possible: readonly string[] = [forward, restore], source?: string): BackJudgement => ({
  ...{ truthful: false, why, possible },
  ...(source === undefined ? {} : { source }),
});

interface Pair {
  readonly last: ReleaseRecord;
  readonly target: ReleaseRecord;
  readonly lastObjects: readonly KubeObject[];
  readonly targetObjects: readonly KubeObject[];
}

/**
 * Whether the last revision can be taken back to an earlier one so that the release is what it was before. It can where
 * no container with a new image has ever started, or where the two versions of Milvus are known to go back and no
 * dependency has started with another image. Says what is possible where it cannot. Going back keeps the whole history
 * (src/helm/flags.ts), so that Helm never deletes the revision that it goes back to, however old.
 */
export function judgeBack(question: BackQuestion): BackJudgement {
  const pair = pairOf(question);
  if ('truthful' in pair) return pair;
  return recordsAgainst(pair, question) ?? betweenAgainst(pair, question) ?? byWhatRan(pair, question);
}

/** Both records, readable, or what is wrong with them. */
function pairOf({ history, target: revision }: BackQuestion): Pair | BackJudgement {
  const last = history.at(-1);
  const target = history.find((record) => record.revision === revision);
  if (last === undefined || target === undefined) {
    const kept = history.map((record) => record.revision).join(', ');
    return no(
      `Revision ${revision} is not in the history of the release any more; it has ${kept === '' ? 'no revisions' : `revisions ${kept}`}. Without its record there is nothing to go back to.`,
    );
  }
  if (target.revision >= last.revision)
    return no(`Revision ${revision} is the last one: there is nothing after it to take back.`, [forward]);
  if (!wasDeployed(target))
    return no(
      `Revision ${revision} was never deployed (it is ${target.status}): its record says what was tried, not what ran.`,
    );
  const [targetObjects, lastObjects] = [manifestOf(target), manifestOf(last)];
  if (targetObjects === undefined || lastObjects === undefined)
    return no(
      `The manifest of revision ${targetObjects === undefined ? revision : last.revision} cannot be read, so that what going back would change is not known.`,
    );
  return { last, target, lastObjects, targetObjects };
}

/** What Helm's records and the claims say against it. */
function recordsAgainst(
  { last, target, lastObjects, targetObjects }: Pair,
  { helmMajor }: BackQuestion,
): BackJudgement | undefined {
  if (target.applyMethod !== last.applyMethod)
    return no(
      `Revision ${target.revision} was applied by the ${target.applyMethod}, revision ${last.revision} by the ${last.applyMethod}: going back would change the owner of every field.`,
      [forward],
      'https://helm.sh/docs/overview/',
    );
  if (target.applyMethod === 'server' && helmMajor < 4)
    return no(
      `The release is applied by the server, which Helm ${helmMajor} does not do.`,
      ['Set helm-version to a 4.x version, or leave it at its default, and ask again.', forward],
      'https://helm.sh/docs/overview/',
    );
  const deleted = claimsLost(targetObjects, lastObjects);
  if (deleted.length > 0)
    return no(
      `The upgrade has deleted claims that revision ${target.revision} needs (${some(deleted, 3, ', ')}): going back would make empty ones.`,
    );
  const newer = claimsLost(lastObjects, targetObjects);
  if (newer.length > 0)
    return no(`Going back would delete claims that the upgrade made (${some(newer, 3, ', ')}), with what is on them.`);
  return undefined;
}

/** One hop at most: everything between is a try of the last revision, or the target under another number. */
function betweenAgainst(
  { last, target, lastObjects, targetObjects }: Pair,
  { history }: BackQuestion,
): BackJudgement | undefined {
  const ends = new Set([lastObjects, targetObjects].map((objects) => programsOf(objects).join('\n')));
  const between = history.filter(({ revision }) => revision > target.revision && revision < last.revision);
  const other = between.findLast((record) => {
    const objects = manifestOf(record);
    return objects === undefined || !ends.has(programsOf(objects).join('\n'));
  });
  if (other === undefined) return undefined;
  return no(
    `Between revisions ${target.revision} and ${last.revision} lies revision ${other.revision} with other images. Going back leads over one upgrade at most, because what the one between has written is not known to be readable.`,
    wasDeployed(other) ? [`Ask whether revision ${other.revision} can be gone back to.`, forward, restore] : undefined,
  );
}

const seenOf = (starts: readonly Start[]): string =>
  some(starts.filter(({ answer }) => answer !== 'never').map(({ seen }) => seen));

function byWhatRan({ last, target }: Pair, { starts, versions }: BackQuestion): BackJudgement {
  const way = `Revision ${target.revision}`;
  if (altogether(starts) === 'never')
    return { truthful: true, because: `${way}: no container with an image of revision ${last.revision} has started.` };
  const dependencies = starts.filter(({ milvus }) => !milvus);
  if (altogether(dependencies) !== 'never')
    return no(
      `A dependency ${altogether(dependencies) === 'started' ? 'has started' : 'may have started'} with another image (${seenOf(dependencies)}): whether the older one reads what it wrote is not known.`,
    );
  const ran = altogether(starts) === 'started' ? 'has started' : 'may have started';
  const milvus = seenOf(starts);
  if (!versions.last.known || !versions.target.known) {
    const reason = [versions.last, versions.target].flatMap((version) => (version.known ? [] : [version.reason]));
    return no(
      `Milvus ${ran} with another image (${milvus}), and which versions these are is not known: ${reason.join('; ')}.`,
    );
  }
  const pair = goingBack(versions.last.value, versions.target.value);
  if (!pair.known)
    return no(
      `Milvus ${versions.last.value} ${ran} (${milvus}), and ${versions.target.value} is not known to read what it writes. ${pair.why}`,
      [forward, restore],
      pair.source,
    );
  return {
    truthful: true,
    because: `${way}: Milvus ${versions.last.value} ${ran}, and going back to ${versions.target.value} is known. ${pair.why} Source: ${pair.source}`,
    ...(pair.mind === undefined ? {} : { mind: pair.mind }),
  };
}
