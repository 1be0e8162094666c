import { describe, expect, it } from '@jest/globals';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { known, unknown } from '../../src/milvus/knowledge.js';
import { judgeBack, type BackQuestion } from '../../src/upgrade/back/judge.js';
import { revisionBefore, wasDeployed } from '../../src/upgrade/back/records.js';
import type { Start } from '../../src/upgrade/back/started.js';
import { etcdNew, etcdOld, etcdSet, made, milvusProxy, record, yaml } from './back-scenes.js';
import { newImage } from './objects.js';

const newer = yaml([milvusProxy(newImage), etcdSet(etcdOld)]);
const upgraded = record(5, { status: 'deployed', manifest: newer });
const history: readonly ReleaseRecord[] = [record(4), upgraded];
const start = (answer: Start['answer'], milvus = true): Start => ({
  ...{ answer, milvus, workload: milvus ? 'Deployment p' : 'StatefulSet e' },
  seen: milvus ? 'pod p-1: seen' : 'pod e-0: seen',
});
const versions = (last: string, target: string) => ({ last: known(last, ''), target: known(target, '') });
const judge = (changes: Partial<BackQuestion> = {}) =>
  judgeBack({
    ...{ history, target: 4, starts: [start('started')], helmMajor: 4, versions: versions('2.4.23', '2.4.10') },
    ...changes,
  });

describe('judgeBack', () => {
  it.each<[string, Partial<BackQuestion>, RegExp]>([
    [
      'nothing new started, whatever the versions are',
      { starts: [start('never')], versions: versions('2.6.20', '2.5.27') },
      /no container .* revision 5 has started/,
    ],
    [
      'no image changed',
      { starts: [], versions: { last: unknown('digest'), target: unknown('digest') } },
      /no container/,
    ],
    [
      'Milvus started, the pair is known, dependencies never did',
      { starts: [start('started'), start('never', false)] },
      /2\.4\.23 has started, and going back to 2\.4\.10 is known.*https:/,
    ],
    ['Milvus may have started, the pair is known', { starts: [start('unknown')] }, /may have started/],
    [
      'several tries of one upgrade',
      { history: [record(3), record(4, { status: 'failed', manifest: newer }), upgraded], target: 3 },
      /Revision 3/,
    ],
    [
      'the server applies, with Helm 4',
      { history: history.map((one) => ({ ...one, applyMethod: 'server' })) },
      /is known/,
    ],
    [
      'a kept claim goes',
      {
        history: [
          record(4, {
            manifest: `${record(4).manifest}\n---\n${yaml([{ ...made({ kind: 'PersistentVolumeClaim', name: 'data', image: '' }), metadata: { name: 'data', annotations: { 'helm.sh/resource-policy': 'keep' } } }])}`,
          }),
          upgraded,
        ],
      },
      /is known/,
    ],
  ])('is truthful where %s', (_, changes, because) => {
    expect(judge(changes)).toMatchObject({ truthful: true, because: expect.stringMatching(because) });
  });

  const claim = yaml([made({ kind: 'PersistentVolumeClaim', name: 'data', image: '' })]);
  it.each<[string, Partial<BackQuestion>, RegExp]>([
    [
      'the pair is not known',
      { versions: versions('2.4.1', '2.3.15') },
      /2\.4\.1 has started \(pod p-1: seen\), and 2\.3\.15 is not known to read .*vector indexes/,
    ],
    [
      'unknown counts as started',
      { starts: [start('unknown')], versions: versions('2.4.1', '2.3.15') },
      /may have started/,
    ],
    [
      'a dependency started',
      { starts: [start('started'), start('started', false)] },
      /dependency has started .*pod e-0/,
    ],
    [
      'a dependency may have started',
      { starts: [start('never'), start('unknown', false)] },
      /dependency may have started/,
    ],
    [
      'a version is not known',
      { versions: { last: unknown('the tag latest'), target: known('2.4.10', '') } },
      /not known: the tag latest/,
    ],
    ['the revision is gone', { target: 2 }, /not in the history .*revisions 4, 5/],
    ['the revision is the last one', { target: 5 }, /is the last one/],
    [
      'the revision failed',
      { history: [record(4, { status: 'failed' }), upgraded] },
      /never deployed \(it is failed\)/,
    ],
    [
      'the revision failed, and a failed rollback marked it since',
      { history: [record(4, { description: 'Upgrade "my-milvus" failed: no' }), upgraded] },
      /never deployed/,
    ],
    ['the manifest cannot be read', { history: [record(4, { manifest: 'a: [' }), upgraded] }, /manifest of revision 4/],
    ['the last manifest is empty', { history: [record(4), { ...upgraded, manifest: '' }] }, /manifest of revision 5/],
    [
      'the apply method changed',
      { history: [record(4), { ...upgraded, applyMethod: 'server' }] },
      /by the client, revision 5 by the server/,
    ],
    [
      'Helm 3 is to go back on a server-side release',
      { helmMajor: 3, history: history.map((one) => ({ ...one, applyMethod: 'server' })) },
      /Helm 3 does not/,
    ],
    [
      'the upgrade deleted a claim',
      { starts: [], history: [record(4, { manifest: `${record(4).manifest}\n---\n${claim}` }), upgraded] },
      /deleted claims .*\(data\)/,
    ],
    [
      'going back would delete a claim',
      { starts: [], history: [record(4), { ...upgraded, manifest: `${newer}\n---\n${claim}` }] },
      /would delete claims .*\(data\)/,
    ],
    [
      'another upgrade lies between',
      {
        starts: [],
        history: [
          record(3),
          record(4, { manifest: yaml([milvusProxy('milvusdb/milvus:v2.4.1'), etcdSet(etcdOld)]) }),
          upgraded,
        ],
        target: 3,
      },
      /lies revision 4/,
    ],
    [
      'a try with another dependency lies between',
      {
        starts: [],
        history: [
          record(3),
          record(4, { status: 'failed', manifest: yaml([milvusProxy(newImage), etcdSet(etcdNew)]) }),
          upgraded,
        ],
        target: 3,
      },
      /lies revision 4/,
    ],
  ])('is not where %s, and says what is possible', (_, changes, why) => {
    const judged = judge(changes);
    expect(judged).toMatchObject({ truthful: false, why: expect.stringMatching(why) });
    expect('possible' in judged ? judged.possible.join('\n') : '').toMatch(/run it again with the same inputs/);
  });

  it('names the revision in between where that was deployed', () => {
    const between = record(4, { manifest: yaml([milvusProxy('milvusdb/milvus:v2.4.1'), etcdSet(etcdOld)]) });
    expect(judge({ history: [record(3), between, upgraded], target: 3 })).toMatchObject({
      possible: expect.arrayContaining([expect.stringMatching(/revision 4/)]),
    });
  });
});

describe('records', () => {
  it('takes tries of one upgrade together when it looks for the revision before', () => {
    const failed = record(5, { status: 'failed', manifest: newer });
    const again = record(6, { status: 'superseded', manifest: newer });
    expect(revisionBefore([record(3), record(4), failed, again, record(7, { manifest: newer })])?.revision).toBe(4);
    expect(revisionBefore([record(1)])).toBeUndefined();
  });

  it.each([
    ['Upgrade complete', 'superseded', true],
    ['Preparing upgrade', 'superseded', false],
    ['Rollback "my-milvus" failed: x', 'superseded', false],
    ['Preparing upgrade', 'deployed', true],
    ['Upgrade complete', 'pending-upgrade', false],
  ] as const)('%s, %s', (description, status, deployed) => {
    expect(wasDeployed({ description, status })).toBe(deployed);
  });
});
