import { describe, expect, it } from '@jest/globals';
import type { KubeObject, TrialWay } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import { fakeApi, json, status, type Handler, type Request } from './fake-api.js';
import { TestClock } from './test-clock.js';

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'm-proxy' },
  spec: { strategy: { type: 'Recreate' } },
};

async function asked(way: TrialWay, handler: Handler) {
  const seen: Request[] = [];
  const api = await fakeApi((request, response) => {
    seen.push(request);
    handler(request, response);
  });
  try {
    const result = await api
      .cluster(new TestClock(20_000))
      .trial(resources.deployments, deployment, { namespace: 'ns', way });
    return { result, seen };
  } finally {
    await api.stop();
  }
}

describe('a trial of an object', () => {
  it.each([
    ['create', 'POST', '/apis/apps/v1/namespaces/ns/deployments', 'application/json'],
    ['merge', 'PATCH', '/apis/apps/v1/namespaces/ns/deployments/m-proxy', 'application/merge-patch+json'],
    ['apply', 'PATCH', '/apis/apps/v1/namespaces/ns/deployments/m-proxy', 'application/apply-patch+yaml'],
  ] as const)('%s stores nothing, and is strict about fields', async (way, method, path, type) => {
    const { result, seen } = await asked(way, json(200, {}));
    expect(result).toEqual({ accepted: true });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method, path, headers: { 'content-type': type } });
    expect([seen[0]?.query.get('dryRun'), seen[0]?.query.get('fieldValidation')]).toEqual(['All', 'Strict']);
  });

  it('leaves nothing of another strategy behind', async () => {
    const { seen } = await asked('merge', json(200, {}));
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      spec: { strategy: { type: 'Recreate', rollingUpdate: null } },
    });
  });

  it.each([
    [422, 'Deployment.apps "m-proxy" is invalid: spec.replicas: Invalid value: -1'],
    [403, 'deployments.apps "m-proxy" is forbidden: exceeded quota: few, requested: count/deployments.apps=1'],
    [400, 'strict decoding error: unknown field "spec.replica"'],
    [500, 'Internal error occurred: failed calling webhook "policy.example": no endpoints'],
  ])('says what the server says against it (%d)', async (code, message) => {
    expect((await asked('create', json(code, status(code, 'x', message)))).result).toEqual({
      accepted: false,
      message,
    });
  });

  it.each([
    [403, 'deployments.apps "m-proxy" is forbidden: User "ci" cannot patch resource "deployments"'],
    [403, 'roles "m" is forbidden: user "ci" is attempting to grant RBAC permissions not currently held'],
    [400, 'admission webhook "x" does not support dry run'],
    [415, 'the body of the request was in an unknown format'],
    [404, 'not found'],
    [409, 'the object has been modified'],
    [503, 'busy'],
  ])('judges nothing by an answer that is not about the object (%d: %s)', async (code, message) => {
    expect((await asked('merge', json(code, status(code, 'x', message)))).result).toEqual({});
  });
});
