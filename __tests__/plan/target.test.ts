import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../src/action/request.js';
import type { ReleaseStatus } from '../../src/helm/port.js';
import { imageFacts } from '../../src/inspect/images.js';
import { imageOf, isTargetVersion, targetOf } from '../../src/plan/target.js';
import { Problem } from '../../src/problem.js';
import { workload } from '../report/reports.js';
import { inspectionOf } from './context.js';
import { request } from './world.js';

interface Setup {
  /** What the components run. */
  readonly runs: readonly string[];
  readonly last?: string;
  readonly previous?: string;
  readonly status?: ReleaseStatus;
  readonly request?: Partial<Request>;
}

function targetFor({ runs, last, previous, status = 'deployed', request: changes }: Setup) {
  const workloads = runs.map((image, i) => workload(`m-${i}`, image, { component: 'proxy' }));
  const inspection = inspectionOf({
    record: { status },
    facts: { workloads, ...imageFacts(workloads) },
    ...(last === undefined ? {} : { lastImage: last }),
    ...(previous === undefined ? {} : { previousImage: previous }),
  });
  return targetOf(request(changes), '2.4.23', inspection);
}

const hub = 'milvusdb/milvus';
const mirror = 'registry.test:5000/hub/milvus';

const rows: readonly (readonly [string, Setup, string, string])[] = [
  ['the running repository', { runs: [`${hub}:v2.3.11`] }, `${hub}:v2.4.23`, '2.3.11'],
  ['the suffix of the running tag', { runs: [`${hub}:v2.3.11-gpu`] }, `${hub}:v2.4.23-gpu`, '2.3.11'],
  ['a mirror', { runs: [`${mirror}:v2.3.11`] }, `${mirror}:v2.4.23`, '2.3.11'],
  ['a tag without v', { runs: [`${mirror}:2.3.11`] }, `${mirror}:2.4.23`, '2.3.11'],
  [
    'the repository of the input image, with the running suffix',
    { runs: [`${hub}:v2.3.11-gpu`], request: { image: { repository: mirror } } },
    `${mirror}:v2.4.23-gpu`,
    '2.3.11',
  ],
  [
    'the input image as it is',
    { runs: [`${hub}:v2.3.11`], request: { image: { repository: mirror, tag: 'special' } } },
    `${mirror}:special`,
    '2.3.11',
  ],
  [
    'a custom image that runs already and is asked for again',
    { runs: [`${mirror}:special`], request: { image: { repository: mirror, tag: 'special' } } },
    `${mirror}:special`,
    '2.4.23',
  ],
  [
    'the input image on a custom one, whose version is given',
    { runs: [`${hub}:branch`], request: { image: { repository: hub, tag: 'v2.4.23' }, sourceVersion: '2.3.9' } },
    `${hub}:v2.4.23`,
    '2.3.9',
  ],
  [
    'what ran before an unfinished upgrade',
    { runs: [`${mirror}:v2.4.23-gpu`, `${mirror}:v2.3.11-gpu`], previous: `${mirror}:v2.3.11-gpu` },
    `${mirror}:v2.4.23-gpu`,
    '2.3.11',
  ],
  [
    'the last revision where images are mixed and no earlier one is stored',
    { runs: [`${hub}:v2.3.12`, `${hub}:v2.3.11`], last: `${hub}:v2.3.11` },
    `${hub}:v2.4.23`,
    '2.3.11',
  ],
  [
    'what ran before a failed upgrade whose pods all run the target already',
    { runs: [`${hub}:v2.4.23`], last: `${hub}:v2.4.23`, previous: `${hub}:v2.3.11`, status: 'failed' },
    `${hub}:v2.4.23`,
    '2.3.11',
  ],
  [
    'what ran before an upgrade to a custom image that has not ended',
    {
      runs: [`${hub}:special`, `${hub}:v2.3.11`],
      previous: `${hub}:v2.3.11`,
      request: { image: { repository: hub, tag: 'special' } },
    },
    `${hub}:special`,
    '2.3.11',
  ],
];

describe('the target', () => {
  it.each([...rows])('takes %s', (_, setup, image, source) => {
    const target = targetFor(setup);
    expect([imageOf(target), target.source, target.version]).toEqual([image, source, '2.4.23']);
  });
});

const digest = `${hub}@sha256:${'a'.repeat(64)}`;
const refusals: readonly (readonly [string, Setup, string, RegExp])[] = [
  ['a digest', { runs: [digest], request: { sourceVersion: '2.3.11' } }, 'image-unknown', /sha256:/],
  [
    'a source-version that the images contradict',
    { runs: [`${hub}:v2.3.11`], request: { sourceVersion: '2.3.12' } },
    'source-version-contradicted',
    /2\.3\.12.*2\.3\.11/,
  ],
  ['an unknown suffix', { runs: [`${hub}:v2.3.11-corp`] }, 'image-unknown', /v2\.3\.11-corp/],
  [
    'a custom build, although an earlier revision had an ordinary image',
    { runs: [`${mirror}:corp-7`], previous: `${hub}:v2.3.11`, request: { sourceVersion: '2.3.11' } },
    'image-unknown',
    /corp-7/,
  ],
  [
    'a digest whose tag is only a note',
    { runs: [`${hub}:v2.3.11@sha256:${'a'.repeat(64)}`] },
    'source-version-unknown',
    /digest/,
  ],
  [
    'a custom build of unknown version',
    { runs: [`${hub}:branch`], request: { image: { repository: hub, tag: 'v2.4.23' } } },
    'source-version-unknown',
    /branch/,
  ],
  [
    'different images that no revision explains',
    {
      runs: [`${hub}:special`, `${hub}:v2.3.11`],
      last: `${hub}:corp`,
      request: { image: { repository: hub, tag: 'v2.4.23' } },
    },
    'source-version-unknown',
    /special, milvusdb\/milvus:v2\.3\.11, and no revision/,
  ],
  [
    'nothing at all',
    { runs: [], last: `${hub}:corp`, request: { image: { repository: hub, tag: 'v2.4.23' } } },
    'source-version-unknown',
    /no Milvus image runs, and/,
  ],
];

describe('a source-version for a version before', () => {
  it('gives way to newer images on the way: an earlier run went on from it', () => {
    expect(targetFor({ runs: [`${hub}:v2.3.22`], request: { sourceVersion: '2.3.11' } }).source).toBe('2.3.22');
  });
});

describe('a target that nothing tells', () => {
  it.each([...refusals])('is refused for %s', (_, setup, id, says) => {
    const attempt = (): unknown => targetFor(setup);
    expect(attempt).toThrow(Problem);
    expect(attempt).toThrow(says);
    expect(attempt).toThrow(expect.objectContaining({ ending: 'refused', details: expect.objectContaining({ id }) }));
  });
});

describe('isTargetVersion', () => {
  const target = { version: '2.4.23', source: '2.3.11', image: { repository: mirror, tag: 'special' } };
  it.each([
    [`${mirror}:special`, true],
    [`${hub}:v2.4.23`, true],
    [`${hub}:v2.4.23-gpu`, true],
    [`${hub}:special`, false],
    [`${hub}:v2.4.22`, false],
    [undefined, false],
  ])('%s: %s', (image, expected) => {
    expect(isTargetVersion(image, target)).toBe(expected);
  });
});
