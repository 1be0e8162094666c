import { describe, expect, it } from '@jest/globals';
import { errorAnnotation } from '../../src/report/annotations.js';
import { wayLine } from '../../src/report/hops.js';
import { reportJson } from '../../src/report/json.js';
import { createRedactor } from '../../src/report/redact.js';
import { unknown } from '../../src/milvus/knowledge.js';
import type { Report } from '../../src/report/report.js';
import { headline, nextStep } from '../../src/report/words.js';
import { foldedPart, picturesOf, render, tableOf, titleOf } from './page.js';
import {
  failedInHop,
  fiveHops,
  plannedHops,
  refusedHops,
  statusWithOutlook,
  stoppedBetweenHops,
  upgradedHops,
} from './hop-reports.js';
import { failedHostile, plan, report, status } from './reports.js';

const statesOf = (summary: string) => tableOf(summary, 'Hop').map((cells) => cells.at(-1));

describe('a run that stopped between two hops', () => {
  const summary = render(stoppedBetweenHops());

  it('says which version runs, what was done and what the next run does', () => {
    expect(titleOf(summary)).toBe('## ❌ Upgrade of my-milvus to 2.6.15 failed after 2 of 4 hops: Milvus 2.4.24 runs');
    expect(summary).toContain('**State of the data:** 2 of 4 upgrades are done: Milvus 2.4.24');
    expect(summary).toContain('it plans anew from 2.4.24, and 2 hops are left (2.5.27, 2.6.15).');
    expect(statesOf(summary)).toEqual(['✅ done', '✅ done', '⏸️ not started', '⏸️ not started']);
    expect(picturesOf(summary, 'flowchart LR')).toContain('    n2["2.4.24<br/>chart 4.2.20<br/>done"]:::done');
    expect(tableOf(summary, 'Release')).toContainEqual(['Chart', '4.0.31 → 4.2.20, asked for 5.0.19']);
  });

  it('does not show what ran before as what runs now', () => {
    expect(summary).not.toContain('### What runs now');
    expect(foldedPart(summary, 'What ran before this run')).toContain('2.2.16');
  });

  it('offers no way back, because nothing is broken', () => {
    expect(summary).not.toContain('### If you must go back');
  });

  it('is gone on with by the plan that was approved, or was only cut off', () => {
    const stopped = stoppedBetweenHops();
    expect(nextStep({ ...stopped, approvedDigest: 'd8f5' })).toMatch(
      /the same inputs, plan-digest included: it goes on from 2\.4\.24, and 2 hops are left/,
    );
    expect(nextStep({ ...stopped, result: 'interrupted' })).toMatch(
      /^When you are ready, run the same workflow again with the same inputs: it goes on from 2\.4\.24/,
    );
  });

  it('says so in the annotation', () => {
    const annotation = errorAnnotation(stoppedBetweenHops(), createRedactor());
    expect(annotation?.title).toBe('Upgrade of my-milvus to 2.6.15 failed after 2 of 4 hops: Milvus 2.4.24 runs');
    expect(annotation?.message).toContain('it plans anew from 2.4.24');
  });
});

describe('a run that failed in a hop', () => {
  const summary = render(failedInHop());

  it('says in which, and does not say that a version runs', () => {
    expect(titleOf(summary)).toBe('## ❌ Upgrade of my-milvus to 2.6.15 failed in hop 3 of 4 (2.4.24 → 2.5.27)');
    expect(statesOf(summary)).toEqual(['✅ done', '✅ done', '❌ failed', '⏸️ not started']);
    expect(nextStep(failedInHop())).toBe(failedInHop().next);
    expect(tableOf(summary, 'Release')).toContainEqual(['Chart', '4.0.31 → 4.2.58 (failed), asked for 5.0.19']);
  });

  it('says how to get back from that hop', () => {
    const back = summary.slice(summary.indexOf('### If you must go back from hop 3'), summary.indexOf('### The way'));
    expect(back).toContain('**Point of no return:** Milvus 2.5 writes index files that 2.4 cannot read.');
    expect(back).toContain('`operation: rollback` until the first container with a new image has started');
  });

  it('knows the versions of all hops by their images', () => {
    const rows = tableOf(summary, 'Component');
    expect(rows.find(([name]) => name === 'proxy')?.[1]).toBe('2.2.16 → 2.5.27');
    expect(rows.find(([name]) => name === 'querynode')?.[1]).toBe('2.2.16 → 2.4.24');
  });

  it('with one hop alone says how to get back, too', () => {
    const one = render(failedHostile());
    expect(one).toContain('### If you must go back\n');
    expect(one).toContain('`operation: rollback`');
    const none: Partial<Report>[] = [{ changed: false }, { back: { revision: 4 } }, { operation: 'rollback' }];
    for (const changes of none) expect(render({ ...failedHostile(), ...changes })).not.toContain('### If you must go');
  });

  it('is the first one: nothing was reached', () => {
    const [first, ...rest] = failedInHop().plan?.hops ?? [];
    const hops = first === undefined ? [] : [{ ...first, status: 'failed' as const }, ...rest.map(notStarted)];
    expect(headline({ ...failedInHop(), plan: plan({ hops }) })).toBe(
      'Upgrade of my-milvus to 2.6.15 failed in hop 1 of 4 (2.2.16 → 2.3.22)',
    );
  });
});

const notStarted = <T extends object>(hop: T) => ({ ...hop, status: 'not-started' as const });

describe('other endings', () => {
  it('of a run that did all hops', () => {
    const summary = render(upgradedHops());
    expect(titleOf(summary)).toBe('## ✅ my-milvus upgraded: Milvus 2.2.16 → 2.6.15 in 4 hops');
    expect(statesOf(summary)).toEqual(Array.from({ length: 4 }, () => '✅ done'));
    expect(render(report())).not.toContain('### The way');
  });

  it('of a run that began none', () => {
    const base = failedInHop();
    const none: Report = { ...base, plan: plan({ hops: (base.plan?.hops ?? []).map(notStarted) }) };
    expect(headline(none)).toBe('Upgrade of my-milvus to 2.6.15 failed');
    expect(headline({ ...none, result: 'interrupted' })).toBe('Upgrade of my-milvus to 2.6.15 interrupted');
  });

  it('cancelled between two hops', () => {
    expect(headline({ ...stoppedBetweenHops(), result: 'interrupted' })).toBe(
      'Upgrade of my-milvus to 2.6.15 interrupted after 2 of 4 hops: Milvus 2.4.24 runs',
    );
  });
});

describe('a status with what would come next', () => {
  const summary = render(statusWithOutlook());

  it('shows the ways and what stands against them', () => {
    expect(tableOf(summary, 'Goal')).toEqual([
      ['Newest patch', '`2.3.22`', 'one upgrade: 2.3.22 (chart 4.1.28)', 'nothing seen'],
      [
        'Newest minor',
        '`2.6.15`',
        '3 upgrades: 2.4.24 (chart 4.2.20), 2.5.27 (chart 4.2.58), 2.6.15 (chart 5.0.19)',
        '⛔ `unhealthy-workloads` Deployment `my-milvus-datanode` is not healthy.<br>⛔ `owned-elsewhere` Argo CD application `milvus` looks after 9 Deployments.',
      ],
    ]);
    expect(summary.match(/No dry run was made/g)).toHaveLength(1);
    expect(summary).toContain('`operation: plan` with `target-version: 2.3.22` or `target-version: 2.6.15`');
  });

  it.each([
    ['2.3.11', 'runs already'],
    ['2.3.22', 'no way was found'],
  ])('says what no hops to %s mean', (targetVersion, words) => {
    const page = render({
      ...statusWithOutlook(),
      outlook: [{ goal: 'newest patch', targetVersion, hops: [], blocked: [] }],
    });
    expect(tableOf(page, 'Goal')).toEqual([['Newest patch', `\`${targetVersion}\``, words, '']]);
    expect(page).not.toContain('shows the whole plan');
  });

  it('says that nothing newer is known, where the running version is', () => {
    const base = statusWithOutlook();
    const { before } = base;
    if (before === undefined) throw new Error('the fixture has facts');
    expect(render({ ...base, outlook: [] })).toContain('No newer release of Milvus is known');
    const mixed = { ...before, sourceVersion: unknown('two versions run') };
    expect(render({ ...base, before: mixed, outlook: [] })).not.toContain('### What would come next');
    expect(render(status())).not.toContain('### What would come next');
  });

  it('shows the facts that matter, unknown ones with their reason', () => {
    const rows = Object.fromEntries(tableOf(summary, 'Fact')) as Record<string, string>;
    expect(rows).toMatchObject({
      'Message queue': '`pulsar2`',
      Metastore: '`etcd`',
      etcd: 'release, `StatefulSet/my-milvus-etcd`',
      'etcd members ready': '3/3',
      Claims: '`data-my-milvus-etcd-0 10Gi gp3`',
      Autoscalers: '`Deployment my-milvus-querynode: 2 to 6`',
      KEDA: 'unknown: the API group keda.sh is not served',
      'Replicas scaled by hand': '`Deployment my-milvus-querynode: 5, in the manifest 2`',
      'Object storage': 'bucket unknown: the ConfigMap may not be read, path in it `files`',
    });
  });
});

describe('report.json', () => {
  it('carries hops and outlook, and takes secrets out of them', () => {
    const redactor = createRedactor();
    redactor.add('canary-5d41');
    const dirty = (from: Report): Report =>
      JSON.parse(JSON.stringify(from).replaceAll(/newest chart for|is not healthy/g, 'canary-5d41')) as Report;
    for (const from of [plannedHops(), statusWithOutlook()]) {
      const text = reportJson(dirty(from), redactor);
      expect(text).not.toContain('canary');
      expect(text).toContain('***');
    }
    const parsed = JSON.parse(reportJson(plannedHops(), redactor)) as Report;
    expect(parsed.plan?.hops[3]).toMatchObject({ targetVersion: '2.6.15', estimate: { basis: 'rule' } });
    const outlook = (JSON.parse(reportJson(statusWithOutlook(), redactor)) as Report).outlook;
    expect(outlook?.map(({ goal, hops }) => [goal, hops.length])).toEqual([
      ['newest patch', 1],
      ['newest minor', 3],
    ]);
  });
});

describe('the way in one line', () => {
  it('names versions, charts and migrations', () => {
    const { installed } = plan();
    expect(wayLine({ installed, hops: fiveHops.slice(0, 2) })).toBe(
      'Milvus 2.1.4 (chart 4.1.24) → 2.2.16 (metadata migration, chart 4.0.34) → 2.3.22 (chart 4.1.28)',
    );
  });

  it('is said of a refusal as well', () => {
    expect(render(refusedHops())).toContain('Milvus 2.2.16 (chart 4.0.31) → 2.3.22 (chart 4.1.28)');
  });
});
