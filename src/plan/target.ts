import { refused } from '../problem.js';
import type { Request } from '../action/request.js';
import { parseImage, tagVersion, targetTag } from '../milvus/image.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import type { Inspection } from './facts.js';

/** Where the run goes: version and image; the chart is resolved beside it. */
export interface Target {
  /** Milvus version without a leading v. */
  readonly version: string;
  readonly image: { readonly repository: string; readonly tag: string };
  /** The version to upgrade from, without a leading v. */
  readonly source: string;
}

/** The image as one reference. */
export const imageOf = ({ image }: Target): string => `${image.repository}:${image.tag}`;

/** Version that an image reference tells; a reference equal to the target's is the target's version by definition. */
function versionOf(image: string | undefined, target: { reference: string; version: string }): string | undefined {
  if (image === undefined) return undefined;
  if (image === target.reference) return target.version;
  const { tag } = parseImage(image);
  return tag === undefined ? undefined : tagVersion(tag)?.version;
}

/**
 * The running image that a new one is derived from: what all components run, else (an unfinished upgrade) what ran
 * before it.
 */
function modelImage({
  facts,
  previousImage,
  lastImage,
}: Inspection): Known<{ repository: string; tag?: string; suffix: string }> {
  if (facts.image.known) return facts.image;
  const model = previousImage ?? lastImage;
  const parsed = model === undefined ? undefined : parseImage(model);
  const suffix = parsed?.tag === undefined ? undefined : tagVersion(parsed.tag)?.suffix;
  return parsed === undefined || suffix === undefined
    ? facts.image
    : known({ repository: parsed.repository, suffix }, 'the revision before the unfinished upgrade');
}

/**
 * Derives the target image from request and running image: repository and tag suffix are kept unless the input `image`
 * says otherwise.
 *
 * @throws Problem (refused) `image-unknown` when the running tag has a suffix that cannot be carried over,
 *   `source-version-unknown` when nothing tells what runs
 */
export function targetOf(request: Request, version: string, inspection: Inspection): Target {
  const model = modelImage(inspection);
  const repository = request.image?.repository ?? (model.known ? model.value.repository : undefined);
  const tag = request.image?.tag ?? (model.known ? targetTag(version, model.value) : undefined);
  if (repository === undefined || tag === undefined) {
    throw refused({
      id: 'image-unknown',
      what: `The target image cannot be derived from what runs: ${model.known ? 'no tag' : model.reason}.`,
      remedy:
        'Set the input image to the full reference of the target image, for example registry.example.com/milvus:v2.4.23-gpu.',
    });
  }
  const source = sourceOf(request, inspection, { reference: `${repository}:${tag}`, version });
  if (!source.known) {
    throw refused({
      id: 'source-version-unknown',
      what: `The running images do not tell the Milvus version: ${source.reason}.`,
      why: 'Which way leads to the target depends on the version that runs; labels and APP VERSION do not tell it.',
      remedy: 'Set the input source-version to the version that runs.',
    });
  }
  return { version, image: { repository, tag }, source: source.value };
}

function sourceOf(
  request: Request,
  { facts, previousImage }: Inspection,
  target: { reference: string; version: string },
): Known<string> {
  if (request.sourceVersion !== undefined) return known(request.sourceVersion, 'the input source-version');
  if (facts.sourceVersion.known) return facts.sourceVersion;
  const images = [...new Set(facts.components.flatMap((component) => component.images))];
  if (images.length === 1) {
    const version = versionOf(images[0], target);
    return version === undefined ? facts.sourceVersion : known(version, 'the running image');
  }
  const version = versionOf(previousImage, target);
  return version === undefined
    ? unknown(`components run ${images.join(', ')}, and no earlier revision tells what ran before`)
    : known(version, 'the revision before the unfinished upgrade');
}

/** Whether an image reference is the target: the same reference, or the same version in another repository. */
export function isTargetVersion(image: string | undefined, target: Target): boolean {
  return versionOf(image, { reference: imageOf(target), version: target.version }) === target.version;
}
