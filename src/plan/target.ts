import { refused, type Problem } from '../problem.js';
import type { Request } from '../action/request.js';
import { imageVersion, parseImage, tagVersion, targetTag } from '../milvus/image.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import { compareMilvusVersions, parseMilvusVersion } from '../milvus/version.js';
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
  const version = imageVersion(image);
  return version.known ? version.value : undefined;
}

/** Distinct images of all Milvus components. */
const runningImages = ({ facts }: Inspection): readonly string[] => [
  ...new Set(facts.components.flatMap((component) => component.images)),
];

/**
 * The running image that a new one is derived from: what all components run, else (an unfinished upgrade) what ran
 * before it. One image that tells no suffix is not replaced by an earlier one: nobody asked to leave that build.
 */
function modelImage(
  inspection: Inspection,
): Known<{ readonly repository: string; readonly tag?: string; readonly suffix: string }> {
  const { facts, previousImage, lastImage } = inspection;
  const earlier = previousImage ?? lastImage;
  if (facts.image.known || runningImages(inspection).length === 1 || earlier === undefined) return facts.image;
  const { repository, tag } = parseImage(earlier);
  const suffix = tag === undefined ? undefined : tagVersion(tag)?.suffix;
  return suffix === undefined
    ? facts.image
    : known({ repository, suffix }, 'the revision before the unfinished upgrade');
}

/**
 * Derives the target image from request and running image: repository and tag suffix are kept unless the input `image`
 * says otherwise.
 *
 * @throws Problem (refused) `image-unknown` when the running tag has a suffix that cannot be carried over,
 *   `source-version-contradicted` when the input and the images disagree, `source-version-unknown` when nothing tells what runs
 */
export function targetOf(request: Request, version: string, inspection: Inspection): Target {
  const model = modelImage(inspection);
  const repository = request.image?.repository ?? (model.known ? model.value.repository : undefined);
  const tag = request.image?.tag ?? (model.known ? targetTag(version, model.value) : undefined);
  if (repository === undefined || tag === undefined) {
    throw refused({
      id: 'image-unknown',
      what: `The target image cannot be derived from what runs${model.known ? '' : `: ${model.reason}`}.`,
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
  inspection: Inspection,
  target: { reference: string; version: string },
): Known<string> {
  const { facts, record, previousImage, lastImage } = inspection;
  const { sourceVersion: given } = request;
  const before = versionOf(previousImage, target);
  // Pods of a failed upgrade to this target may run it already; the way still begins where that upgrade began.
  if (given !== undefined) {
    // The input speaks where the images do not; a stale one must not let a downgrade through.
    const told = facts.sourceVersion;
    if (told.known && told.value !== given && before !== given) {
      // Given for a version before: an earlier run went on from it, and its images tell their version.
      if (isBetween(given, told.value, target.version)) return told;
      throw contradicted(given, told.value);
    }
    return known(given, 'the input source-version');
  }
  const begun = record.status === 'failed' && before !== undefined && isVersion(lastImage, target);
  if (facts.sourceVersion.known && !(begun && facts.sourceVersion.value === target.version)) return facts.sourceVersion;
  const images = runningImages(inspection);
  if (images.length === 1 && !begun) {
    const version = versionOf(images[0], target);
    return version === undefined ? facts.sourceVersion : known(version, 'the running image');
  }
  if (before !== undefined) return known(before, 'the revision before the unfinished upgrade');
  const last = versionOf(lastImage, target);
  if (last !== undefined) return known(last, 'the last revision');
  return facts.sourceVersion.known
    ? facts.sourceVersion
    : unknown(`${facts.sourceVersion.reason}, and no revision tells what ran before`);
}

/** Whether a version lies after one and not after another; false where one of them cannot be read. */
function isBetween(after: string, text: string, upTo: string): boolean {
  const [a, version, b] = [after, text, upTo].map(parseMilvusVersion);
  if (a === undefined || version === undefined || b === undefined) return false;
  return compareMilvusVersions(a, version) < 0 && compareMilvusVersions(version, b) <= 0;
}

function contradicted(given: string, told: string): Problem {
  return refused({
    id: 'source-version-contradicted',
    what: `The input source-version says ${given}, but the running images say ${told}.`,
    why: 'Which way leads to the target, and what would be a downgrade, depends on the version that runs.',
    remedy: 'Leave source-version out; it is for images that do not tell their version.',
  });
}

const isVersion = (image: string | undefined, target: { reference: string; version: string }): boolean =>
  versionOf(image, target) === target.version;

/** Whether an image reference is the target: the same reference, or the same version in another repository. */
export function isTargetVersion(image: string | undefined, target: Target): boolean {
  return isVersion(image, { reference: imageOf(target), version: target.version });
}
