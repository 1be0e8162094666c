import type { KubeObject } from '../cluster/port.js';
import { topologyOf } from '../milvus/components.js';
import { imageVersion, parseImage, tagVersion } from '../milvus/image.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import { at, objectsAt } from '../plan/compare/fields.js';
import type { ComponentFact, Facts, WorkloadFact } from '../plan/facts.js';
import { sameImage } from '../upgrade/rollout/image.js';

/** The Milvus image of a manifest, where all its Milvus Deployments agree. */
export function manifestImage(manifest: readonly KubeObject[]): string | undefined {
  const images = new Set(
    (topologyOf(manifest)?.workloads ?? []).map(({ component, object }) => {
      const containers = objectsAt(object, 'spec', 'template', 'spec', 'containers');
      return at(containers.find(({ name }) => name === component) ?? containers[0], 'image');
    }),
  );
  const [image] = images;
  return images.size === 1 && typeof image === 'string' ? image : undefined;
}

function versionOfImages(images: readonly string[]): Known<string> {
  const [image] = images;
  if (image === undefined) return unknown('no image is known');
  return images.length === 1 ? imageVersion(image) : unknown(`it runs several images: ${images.join(', ')}`);
}

function componentFact(workload: WorkloadFact): ComponentFact[] {
  if (workload.component === undefined) return [];
  const { component, name, templateImages, runningImages } = workload;
  // Where admission put a mirror in front of the image, the template has the name that the chart gave and will give.
  const named = runningImages.map((image) => templateImages.find((wanted) => sameImage(wanted, image)) ?? image);
  const images = named.length > 0 ? [...new Set(named)] : templateImages;
  return [{ component, workload: name, images, version: versionOfImages(images) }];
}

/**
 * Running images, per component and agreed. Labels and APP VERSION are not asked: they name the chart's version.
 *
 * @param workloads all workloads; only Milvus's own count
 */
export function imageFacts(workloads: readonly WorkloadFact[]): Pick<Facts, 'components' | 'sourceVersion' | 'image'> {
  const components = workloads.flatMap(componentFact);
  const images = [...new Set(components.flatMap((component) => component.images))];
  const [image] = images;
  if (image === undefined || images.length > 1) {
    const reason =
      image === undefined ? 'no Milvus image runs' : `components run different images: ${images.join(', ')}`;
    return { components, sourceVersion: unknown(reason), image: unknown(reason) };
  }
  const { repository, tag } = parseImage(image);
  const read = tag === undefined ? undefined : tagVersion(tag);
  return {
    components,
    sourceVersion: imageVersion(image),
    image:
      read === undefined
        ? unknown(`the running image ${image} has no tag with a known suffix`)
        : known(
            { repository, ...(tag === undefined ? {} : { tag }), suffix: read.suffix },
            `the running image ${image}`,
          ),
  };
}
