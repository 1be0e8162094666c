import { olderImage } from '../../milvus/dependency-image.js';
import { parseImage } from '../../milvus/image.js';
import { at, objectsAt } from '../compare/fields.js';
import { names, type Check, type CheckContext } from './check.js';

/** First MinIO without the `fs` backend. */
const noFsBackend = 'minio/minio:RELEASE.2022-10-29T06-21-33Z';
/** First MinIO with the conditional writes that woodpecker needs. */
const conditionalWrites = 'minio/minio:RELEASE.2024-12-18T13-15-44Z';

/** Distinct images of the rendered pods, init containers included. */
function renderedImages({ comparison }: CheckContext): readonly string[] {
  const images = (comparison?.rendered.manifest ?? []).flatMap((object) =>
    ['initContainers', 'containers'].flatMap((list) =>
      objectsAt(object, 'spec', 'template', 'spec', list).map((container) => at(container, 'image')),
    ),
  );
  return [...new Set(images.filter((image): image is string => typeof image === 'string'))].sort();
}

interface ImageChange {
  readonly workload: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

const imageChanges = ({ comparison }: CheckContext): readonly ImageChange[] =>
  (comparison?.diff ?? []).flatMap(({ kind, name, change, images }) =>
    change !== 'changed'
      ? []
      : images.flatMap(({ from, to }) =>
          from === undefined || to === undefined ? [] : [{ workload: `${kind} ${name}`, kind, from, to }],
        ),
  );

/** Crosses the end of the `fs` backend: both tags tell their date, one before and one after it. */
const losesFsBackend = ({ kind, from, to }: ImageChange): boolean =>
  kind === 'Deployment' && olderImage(noFsBackend, from) && olderImage(to, from) && !olderImage(noFsBackend, to);

/** A newer etcd by more than its build: `3.5.5-r2` to `3.5.14-r1`, not to `3.5.5-r4`. */
function jumpsEtcd({ from, to }: ImageChange): boolean {
  const version = (image: string): string | undefined => {
    const { repository, tag = '' } = parseImage(image);
    return /etcd[^/]*$/i.test(repository) ? /^v?(\d+\.\d+\.\d+)(?!\d)/.exec(tag)?.[1] : undefined;
  };
  return version(from) !== version(to) && olderImage(to, from);
}

/** On Docker Hub under bitnami/: a mirror keeps what it has. */
const isMovedAway = (image: string): boolean =>
  /^(?:(?:index\.)?docker\.io\/|registry-1\.docker\.io\/)?bitnami\//.test(image);

const inWords = (all: readonly ImageChange[]): string =>
  names(all.map(({ workload, from, to }) => `${workload} ${from} -> ${to}`));

/** Checks of the images of etcd, object storage and message queue in the dry run. */
export const imageChecks: readonly Check[] = [
  {
    id: 'minio-fs-backend',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'MinIO from RELEASE.2022-10-29 on does not start on data that a single MinIO before RELEASE.2022-06 made (backend type fs).',
    source: 'https://github.com/minio/minio/discussions/15967',
    find: (context) => {
      const found = imageChanges(context).filter(losesFsBackend);
      return found.length === 0
        ? undefined
        : {
            seen: `A MinIO that may hold data of the removed fs backend would be upgraded: ${inWords(found)}.`,
            remedy:
              'Look into .minio.sys/format.json of its volume: with format "xl" or "xl-single" allow this check; with "fs" pin the image that runs (minio.image.tag), or move the data to a new MinIO first.',
          };
    },
  },
  {
    id: 'woodpecker-needs-minio',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Woodpecker keeps the message queue in object storage with conditional writes, which an older MinIO does not have.',
    source: 'https://milvus.io/docs/v2.6.x/use-woodpecker.md',
    find: (context) => {
      const queue = context.comparison?.identity.messageQueue;
      if (queue?.known !== true || queue.value !== 'woodpecker') return undefined;
      const older = renderedImages(context).filter((image) => olderImage(conditionalWrites, image));
      return older.length === 0
        ? undefined
        : {
            seen: `The message queue is woodpecker, and MinIO would run as ${names(older)}.`,
            remedy: 'Drop the pinned minio.image.tag, or set it to RELEASE.2024-12-18T13-15-44Z or newer.',
          };
    },
  },
  {
    id: 'etcd-image-jump',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'Another version of etcd starts together with Milvus, and such jumps were reported to end in a crash loop.',
    source: 'https://github.com/milvus-io/milvus/issues/40706',
    find: (context) => {
      const found = imageChanges(context).filter(jumpsEtcd);
      return found.length === 0
        ? undefined
        : {
            seen: `The version of etcd would change in the same upgrade: ${inWords(found)}.`,
            remedy:
              'Take a snapshot of etcd first; to keep the version that runs, set etcd.image.tag to it in `values` for this upgrade.',
          };
    },
  },
  {
    id: 'public-image-moved',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'Images of bitnami left their place on Docker Hub in 2025: a node that does not have one yet cannot pull it.',
    source: 'https://github.com/bitnami/containers/issues/83267',
    find: (context) => {
      const found = renderedImages(context).filter(isMovedAway);
      return found.length === 0
        ? undefined
        : {
            seen: `Pods would use images that moved away from Docker Hub's bitnami: ${names(found)}.`,
            remedy:
              'Set the repository of these images (for example kafka.image.repository) to bitnamilegacy/... or to a mirror of yours.',
          };
    },
  },
];
