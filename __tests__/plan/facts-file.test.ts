import { describe, expect, it } from '@jest/globals';
import { known } from '../../src/milvus/knowledge.js';
import { readFacts } from '../../src/plan/facts-file.js';
import type { Facts } from '../../src/plan/facts.js';
import { problemOf } from '../helm/support.js';
import { facts as healthy } from '../report/reports.js';

const claims = [
  { name: 'data-0', workload: 'StatefulSet e', storageClass: 'fast', size: '10Gi', accessModes: ['ReadWriteOnce'] },
  { name: 'data-1', workload: 'StatefulSet e', size: '10Gi', accessModes: [] },
];
const full = healthy('2.3.11', 4, '4.1.24', {
  replicas: [{ workload: 'Deployment p', live: 3, manifest: 1 }],
  owners: [{ owner: 'flux', name: 'milvus', evidence: 'a', objects: ['Deployment p'] }],
  autoscalers: {
    horizontal: known(
      [{ kind: 'HorizontalPodAutoscaler', name: 'h', workload: 'Deployment p', min: 1, max: 5 }],
      'namespace',
    ),
    keda: { known: false, reason: 'may not' },
  },
  claims: known(claims, 'namespace'),
  unserved: known([{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', name: 'b' }], 'discovery'),
});
const saved = (facts: Facts): Record<string, unknown> => JSON.parse(JSON.stringify(facts)) as Record<string, unknown>;

describe('saved facts', () => {
  it.each([
    ['by themselves', saved(full)],
    ['as the beginning of a report', { schema: 1, before: saved(full), result: 'planned' }],
  ])('come back as they were: %s', (_, json) => {
    expect(readFacts(json)).toEqual(full);
  });

  it('of an earlier version lack facts, which are unknown then', () => {
    const later = [
      'metastore',
      'etcd',
      'objectStorage',
      'replicas',
      'owners',
      'autoscalers',
      'disruptionBudgets',
      'claims',
      'unserved',
    ];
    const json = Object.fromEntries(Object.entries(saved(full)).filter(([key]) => !later.includes(key)));
    const read = readFacts(json);
    const missing = { known: false, reason: 'the saved facts do not have it' };
    expect(read).toMatchObject({ metastore: missing, etcd: { place: missing }, autoscalers: { keda: missing } });
    expect([read.owners, read.replicas]).toEqual([[], []]);
    expect(read.sourceVersion).toEqual(full.sourceVersion);
  });

  it('leave behind what is no fact', () => {
    expect(readFacts({ ...saved(full), more: 'x' })).toEqual(full);
  });

  it.each<[string, unknown, RegExp]>([
    ['another schema', { ...saved(full), schema: 2 }, /facts\.schema \(one of 1\)/],
    ['a mode that there is not', { ...saved(full), mode: 'both' }, /facts\.mode \(one of cluster, standalone\)/],
    ['a fact that is none', { ...saved(full), rootPath: 'by-dev' }, /facts\.rootPath \(a fact/],
    ['a fact of another kind', { ...saved(full), bucket: known(7, 'x') }, /facts\.bucket\.value \(a text\)/],
    ['something in a list', { ...saved(full), components: [{ component: 'x' }] }, /facts\.components\[0\]\.component/],
    ['no workloads', { ...saved(full), workloads: undefined }, /facts\.workloads \(a list\)/],
    ['a text', 'facts', /facts \(an object\)/],
    ['nothing at all', {}, /facts\.schema .*facts\.kubernetes .* and \d+ more/],
  ])('with %s are refused, and the place is named', async (_, json, says) => {
    const problem = await problemOf(() => readFacts(json));
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'facts-unreadable']);
    expect(problem.details.what).toMatch(says);
  });
});
