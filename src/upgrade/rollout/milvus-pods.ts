import { contradicts, sameImage } from './image.js';
import type { ExpectedWorkload, Pod, Workload } from './objects.js';
import type { Rollout } from './rollout.js';

/** A pod whose Milvus container does not run what it should. */
export interface ImageFinding {
  readonly pod: string;
  readonly text: string;
}

/** The pod's spec has another image: somebody or an admission webhook changed it, or the values did not reach it. */
export function wrongImages(ref: ExpectedWorkload, workload: Workload, rollout: Rollout): readonly ImageFinding[] {
  return look(ref, workload, rollout, (pod, container, target) => {
    const image = specImage(pod, container) ?? 'no image';
    return sameImage(target, image) ? undefined : `container ${container} has image ${image} instead of ${target}`;
  });
}

/** The spec is right, the runtime reports another tag: the image was changed in place, the container not yet restarted. */
export function staleImages(ref: ExpectedWorkload, workload: Workload, rollout: Rollout): readonly ImageFinding[] {
  return look(ref, workload, rollout, (pod, container) => {
    const spec = specImage(pod, container);
    const reported = pod.status?.containerStatuses?.find((one) => one.name === container)?.image;
    return spec !== undefined && reported !== undefined && contradicts(spec, reported)
      ? `container ${container} still runs ${reported}`
      : undefined;
  });
}

function look(
  ref: ExpectedWorkload,
  workload: Workload,
  rollout: Rollout,
  judge: (pod: Pod, container: string, target: string) => string | undefined,
): readonly ImageFinding[] {
  const { image } = ref;
  const container = milvusContainer(ref, workload);
  if (image === undefined || container === undefined) return [];
  return rollout.newPods.flatMap((pod) => {
    const text = judge(pod, container, image);
    return text === undefined ? [] : [{ pod: pod.metadata.name, text }];
  });
}

/** The charts name Milvus's container like its component; failing that it is the first one. */
function milvusContainer(ref: ExpectedWorkload, workload: Workload): string | undefined {
  const names = workload.spec?.template.spec?.containers.map((container) => container.name) ?? [];
  return names.find((name) => name === ref.component) ?? names[0];
}

const specImage = (pod: Pod, container: string): string | undefined =>
  pod.spec?.containers.find((one) => one.name === container)?.image;
