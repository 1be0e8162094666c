import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/plan/canonical.js';
import { digestShape, movedSections, planDigest } from '../../src/plan/digest.js';
import type { Plan } from '../../src/plan/plan.js';
import { redactor } from '../../src/plan/redact.js';
import { check, estimate, plan as aPlan } from '../report/reports.js';

const plan: Plan = aPlan({
  checks: [check('failed-revision'), check('stored-image-tag', { status: 'warned' })],
  diff: [{ kind: 'Service', name: 'a', change: 'added', restarts: false, images: [], fields: [] }],
});
const hop = plan.hops[0];
if (hop === undefined) throw new Error('the plan has a hop');

describe('planDigest', () => {
  it('has the documented shape and is the same for the same plan', () => {
    expect(planDigest(plan)).toMatch(digestShape);
    expect(planDigest(structuredClone(plan))).toBe(planDigest(plan));
  });

  it.each<[string, Partial<Plan>]>([
    ['release', { release: 'other' }],
    ['release', { namespace: 'other' }],
    ['cluster', { cluster: 'uid-2' }],
    ['installed revision and chart', { installed: { ...plan.installed, revision: 5 } }],
    ['installed revision and chart', { installed: { ...plan.installed, chartVersion: '4.1.23' } }],
    ['source images', { installed: { ...plan.installed, images: ['x'] } }],
    ['source images', { sourceVersion: '2.3.12' }],
    ['target', { targetVersion: '2.4.24' }],
    ['route (charts and images)', { hops: [{ ...hop, chartVersion: '4.2.19' }] }],
    ['route (charts and images)', { hops: [{ ...hop, image: { repository: 'a', tag: 'b' } }] }],
    [
      'route (charts and images)',
      { hops: [{ ...hop, changes: [{ key: 'streaming.enabled', value: true, why: 'the route' }] }] },
    ],
    ['values', { values: {} }],
    ['frozen values', { frozen: [] }],
    ['diff of the objects', { diff: [] }],
    ['failed checks', { checks: [check('failed-revision', { status: 'allowed' })] }],
    ['allow', { allow: ['mixed-images'] }],
  ])('moves with %s', (section, change) => {
    const moved = { ...plan, ...change };
    expect(planDigest(moved).slice(0, 64)).not.toBe(planDigest(plan).slice(0, 64));
    expect(movedSections(planDigest(plan), moved)).toEqual([section]);
  });

  it.each<[string, Partial<Plan>]>([
    ['the situation', { situation: 'apply-again' }],
    ['the estimate of a hop', { hops: [{ ...hop, estimate: estimate({ basis: 'rule' }) }] }],
    ['the words of a hop', { hops: [{ ...hop, notices: ['x'], chartWhy: 'x', documentation: 'x' }] }],
    ['the effects of values, which values and diff cover', { effects: [] }],
    ['the status of a hop', { hops: [{ ...hop, status: 'done' }] }],
    ['where a frozen value was read', { frozen: plan.frozen.map((one) => ({ ...one, from: 'elsewhere' })) }],
    ['the health of the moment', { checks: [...plan.checks, check('unhealthy-workloads', { status: 'allowed' })] }],
    ["the caller's role", { checks: [...plan.checks, check('missing-permission', { status: 'blocked' })] }],
    ['unchanged objects', { diff: [...plan.diff, { ...plan.diff[0], name: 'b', change: 'unchanged' } as never] }],
    ['the order of allow', { allow: [] }],
  ])('does not move with %s', (_, change) => {
    expect(planDigest({ ...plan, ...change })).toBe(planDigest(plan));
  });

  it('names nothing, but still refuses, when the approved digest is the bare hash', () => {
    const other = { ...plan, targetVersion: '2.4.24' };
    expect(movedSections(planDigest(plan).slice(0, 64), other)).toEqual([]);
    expect(movedSections(planDigest(plan).slice(0, 64), plan)).toBeUndefined();
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth and drops undefined', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: null }] })).toBe('{"a":[{"c":null}],"b":1}');
  });
});

describe('redactor', () => {
  const redact = redactor(Buffer.from('salt'));
  it.each([
    [{ image: { all: { tag: 'v2.4.23' } } }, { image: { all: { tag: 'v2.4.23' } } }],
    [{ proxy: { replicas: 2, enabled: true } }, { proxy: { replicas: 2, enabled: true } }],
    [{ minio: { bucketName: 'b' } }, { minio: { bucketName: 'b' } }],
  ])('shows what cannot be a credential: %j', (value, shown) => {
    expect(redact(value, [])).toEqual(shown);
  });

  it.each([
    { minio: { accessKey: 'canary', secretKey: 'canary' } },
    { externalS3: { secretKey: 123456 } },
    { extraEnv: [{ name: 'image', value: 'canary' }] },
    { extraConfigFiles: { 'user.yaml': 'password: canary' } },
    { annotations: { image: 'canary' } },
    { something: { custom: 'canary' } },
    { token: { tag: 'canary' } },
    { extraEnv: [{ name: 'PIN', value: 123456 }] },
    { minio: { accessKeyID: 123456 } },
    { db: { pwd: 123456 } },
    { podAnnotations: { size: 'canary' } },
    { extraConfigFiles: { level: 'canary' } },
    { command: ['canary'] },
  ])('hides every other string: %j', (value) => {
    const text = JSON.stringify(redact(value, []));
    expect(text).not.toMatch(/canary|123456/);
    expect(text).toMatch(/hash:[0-9a-f]{12}/);
  });

  it('gives equal hashes for equal values, and others for another salt', () => {
    expect(redact('x', ['a'])).toBe(redact('x', ['b']));
    expect(redactor(Buffer.from('other'))('x', ['a'])).not.toBe(redact('x', ['a']));
  });
});
