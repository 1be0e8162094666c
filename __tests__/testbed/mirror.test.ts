import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCharts } from '../../testbed/charts-build.js';
import { startMirror } from '../../testbed/mirror.js';

let charts: string;
let mirror: Awaited<ReturnType<typeof startMirror>>;
beforeAll(async () => {
  charts = mkdtempSync(join(tmpdir(), 'charts-'));
  await buildCharts(charts);
  mirror = await startMirror({ helm: [], kubectl: [], charts });
});
afterAll(async () => {
  await mirror.close();
  rmSync(charts, { recursive: true, force: true });
});

const get = async (path: string) => {
  const response = await fetch(mirror.url + path);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};

describe('the mirror', () => {
  it('serves a chart repository whose index names addresses that it answers', async () => {
    const index = (await get('/charts/index.yaml')).body.toString();
    const [, url = ''] = /- (http:\S+\/milvus-4\.1\.24\.tgz)/.exec(index) ?? [];
    expect(url).toBe(`${mirror.chartsUrl}/milvus-4.1.24.tgz`);
    const { status, body } = await get(new URL(url).pathname);
    expect([status, body.subarray(0, 2).toString('hex')]).toEqual([200, '1f8b']);
  });

  it('knows nothing else, and counts what was asked', async () => {
    mirror.forgetRequests();
    const statuses = await Promise.all(['/charts/../package.json', '/nothing', '/nothing'].map(get));
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(mirror.requests('/nothing')).toBe(2);
    expect(mirror.requests('/charts/index.yaml')).toBe(0);
  });

  it('fails once when told to', async () => {
    mirror.misbehave('/charts/index.yaml', { kind: 'status', status: 503, times: 1 });
    expect((await get('/charts/index.yaml')).status).toBe(503);
    expect((await get('/charts/index.yaml')).status).toBe(200);
  });

  it('changes one byte until told to behave', async () => {
    const { body } = await get('/charts/index.yaml');
    mirror.misbehave('/charts/index.yaml', { kind: 'one-byte' });
    const { body: changed } = await get('/charts/index.yaml');
    mirror.misbehave('/charts/index.yaml', undefined);
    expect(changed).toHaveLength(body.length);
    expect([...body].filter((byte, i) => byte !== changed[i])).toHaveLength(1);
    expect((await get('/charts/index.yaml')).body.equals(body)).toBe(true);
  });
});
