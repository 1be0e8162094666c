import { parseManifest } from '../helm/manifest.js';
import type { ReleaseRecord } from '../helm/port.js';
import { readHistory } from '../helm/record.js';
import { manifestImage } from '../inspect/images.js';
import { imageVersion } from '../milvus/image.js';
import { unknown, type Known } from '../milvus/knowledge.js';
import type { Plan } from '../plan/plan.js';
import { failed } from '../problem.js';
import { judgeBack } from '../upgrade/back/judge.js';
import { revisionBefore, wasDeployed } from '../upgrade/back/records.js';
import { whatStarted } from '../upgrade/back/started.js';
import type { BackPlanner } from '../upgrade/engine/ports.js';
import { freshObjects } from '../upgrade/rollout/live-objects.js';
import { expectationOf } from './hop-work.js';
import type { Session } from './session.js';

const objectsOf = ({ manifest, namespace }: ReleaseRecord) => parseManifest(manifest, namespace);

function versionOf(image: string | undefined, { revision }: ReleaseRecord): Known<string> {
  const version = image === undefined ? undefined : imageVersion(image);
  return version ?? unknown(`the workloads of revision ${revision} have no Milvus image in common`);
}

const textOf = (version: Known<string>): string => (version.known ? version.value : 'unknown');

/** What is known of an upgrade from the records alone. */
function planOf(
  target: ReleaseRecord,
  last: ReleaseRecord,
  versions: Readonly<Record<'target' | 'last', string>>,
): Plan {
  const hop = {
    path: 'helm',
    row: 'from-the-records',
    documentation: 'https://helm.sh/docs/helm/helm_rollback/',
    sourceVersion: versions.target,
    targetVersion: versions.last,
    chartVersion: last.chart.version,
    chartWhy: `Revision ${last.revision} has it.`,
    image: { repository: '', tag: '' },
    changes: [],
    notices: [],
    status: 'planned',
  } as const;
  return {
    schema: 1,
    release: last.name,
    namespace: last.namespace,
    cluster: 'unknown',
    installed: { revision: target.revision, chartVersion: target.chart.version, images: [] },
    sourceVersion: versions.target,
    targetVersion: versions.last,
    situation: 'upgrade',
    hops: [hop],
    ...{ values: {}, frozen: [], effects: [], diff: [], checks: [], allow: [] },
  };
}

/** Looks at what taking back would mean, on a real release. */
export function sessionBackPlanner({ cluster, request, helm }: Session): BackPlanner {
  const { namespace, release } = request;
  return {
    look: async (base) => {
      const history = await readHistory(cluster, namespace, release);
      const last = history.at(-1);
      const asked = history.find(({ revision }) => revision === base);
      const target = asked !== undefined && wasDeployed(asked) ? asked : (revisionBefore(history) ?? asked);
      if (last === undefined || target === undefined || helm === undefined) {
        throw failed({
          id: 'revision-gone',
          what: `Revision ${base} of release ${release}, which the upgrade began with, is not stored any more.`,
          why: 'Without its record there is nothing to go back to.',
          remedy: 'Go forward: run the upgrade again with the same inputs.',
        });
      }
      const [older, newer] = [objectsOf(target), objectsOf(last)];
      const [targetImage, lastImage] = [manifestImage(older), manifestImage(newer)];
      const versions = { target: versionOf(targetImage, target), last: versionOf(lastImage, last) };
      const live = await freshObjects(cluster, namespace);
      const starts = whatStarted({ older, newer, live, applied: wasDeployed(last) });
      return {
        ...{ target, last },
        judgement: judgeBack({ history, target: target.revision, versions, starts, helmMajor: helm.version.major }),
        expectation: expectationOf(newer, older, targetImage),
        plan: planOf(target, last, { target: textOf(versions.target), last: textOf(versions.last) }),
      };
    },
  };
}
