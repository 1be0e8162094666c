import { describe, expect, it } from '@jest/globals';
import { chooseChart } from '../../src/plan/chart.js';
import { failed } from '../../src/problem.js';
import { problemOf } from '../helm/support.js';
import { inspectionOf, target } from './context.js';
import { entries, repositoryOf } from './world.js';

const inspection = inspectionOf();
const same = { ...target, version: '2.3.11' };
const unreachable = () => {
  const listing = Promise.reject(failed({ id: 'repository-unreachable', what: 'no answer', remedy: '' }));
  listing.catch(() => undefined);
  return listing;
};

describe('the chart', () => {
  it('is resolved from the list and fetched once, however often it is asked for', async () => {
    const { repository, fetched } = repositoryOf();
    const chart = await chooseChart(repository, Promise.resolve(entries), inspection, target, undefined);
    expect(chart.chartVersion).toBe('4.2.20');
    expect(fetched).toEqual([]);
    await Promise.all([chart.fetch(), chart.fetch()]);
    await chart.fetch();
    expect(fetched).toEqual(['4.2.20']);
  });

  it('is refused by the rule that speaks against it', async () => {
    const { repository } = repositoryOf();
    const problem = await problemOf(() =>
      chooseChart(repository, Promise.resolve(entries), inspection, target, '4.0.0'),
    );
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'chart-version-unknown']);
  });

  it.each([undefined, '4.1.24'])(
    'needs no repository where the target runs and the installed chart stays (chart-version %s)',
    async (requested) => {
      const { repository } = repositoryOf();
      const chart = await chooseChart(repository, unreachable(), inspection, same, requested);
      expect(chart.chartVersion).toBe('4.1.24');
      const problem = await problemOf(() => chart.fetch());
      expect(problem.details.id).toBe('repository-unreachable');
    },
  );

  it.each([
    ['another target', target, undefined],
    ['another chart', same, '4.2.20'],
  ])('needs the repository for %s', async (_, wanted, requested) => {
    const { repository } = repositoryOf();
    const problem = await problemOf(() => chooseChart(repository, unreachable(), inspection, wanted, requested));
    expect([problem.ending, problem.details.id]).toEqual(['failed', 'repository-unreachable']);
  });

  it('that is kept and needed, but not in the repository, is said by name', async () => {
    const { repository } = repositoryOf([]);
    const chart = await chooseChart(repository, repository.entries(), inspection, same, undefined);
    const { details } = await problemOf(() => chart.fetch());
    expect(details.id).toBe('chart-not-available');
    expect(details.what).toContain('4.1.24');
    expect(details.what).toContain('the test repository');
  });

  it.each([
    ['target', { ...target, version: 'latest' }],
    ['running', { ...target, source: 'latest' }],
  ])('is not looked for when the %s version is none', async (what, wanted) => {
    const { repository } = repositoryOf();
    const { details } = await problemOf(() =>
      chooseChart(repository, Promise.resolve(entries), inspection, wanted, undefined),
    );
    expect([details.id, details.what]).toEqual([
      'version-unreadable',
      expect.stringContaining(`${what} version latest`),
    ]);
  });
});
