import { describe, expect, it } from '@jest/globals';
import type { ResolvedChart } from '../../src/milvus/resolve.js';
import { chosen, readListing } from '../../src/plan/chart.js';
import { failed } from '../../src/problem.js';
import { problemOf } from '../helm/support.js';
import { inspectionOf, target } from './context.js';
import { entries, repositoryOf, request } from './world.js';

const inspection = inspectionOf();
const same = { ...target, version: '2.3.11' };
const unreachable = () => {
  const listing = Promise.reject(failed({ id: 'repository-unreachable', what: 'no answer', remedy: '' }));
  listing.catch(() => undefined);
  return listing;
};
const resolved = (chartVersion: string): ResolvedChart => ({
  ...{ chartVersion, appVersion: '2.4.16', available: true, why: 'a reason', notices: [] },
});
const asked = (chartVersion?: string) => request(chartVersion === undefined ? {} : { chartVersion });

describe('a chosen chart', () => {
  it('is fetched once, however often it is asked for', async () => {
    const { repository, fetched } = repositoryOf();
    const chart = chosen(resolved('4.2.20'), { entries }, repository);
    expect(fetched).toEqual([]);
    await Promise.all([chart.fetch(), chart.fetch()]);
    await chart.fetch();
    expect(fetched).toEqual(['4.2.20']);
  });

  it('that is not in the repository is said by name', async () => {
    const { repository } = repositoryOf([]);
    const { details } = await problemOf(() => chosen(resolved('4.1.24'), { entries: [] }, repository).fetch());
    expect(details.id).toBe('chart-not-available');
    expect(details.what).toContain('4.1.24');
    expect(details.what).toContain('the test repository');
  });
});

describe('the list of charts', () => {
  it.each([undefined, '4.1.24'])(
    'is not needed where the target runs and the installed chart stays (chart-version %s)',
    async (requested) => {
      const { repository } = repositoryOf();
      const listing = await readListing(unreachable(), inspection, same, asked(requested));
      expect(listing.entries).toEqual([]);
      const problem = await problemOf(() => chosen(resolved('4.1.24'), listing, repository).fetch());
      expect(problem.details.id).toBe('repository-unreachable');
    },
  );

  it.each([
    ['another target', target, undefined],
    ['another chart', same, '4.2.20'],
  ])('is needed for %s', async (_, wanted, requested) => {
    const problem = await problemOf(() => readListing(unreachable(), inspection, wanted, asked(requested)));
    expect([problem.ending, problem.details.id]).toEqual(['failed', 'repository-unreachable']);
  });
});
