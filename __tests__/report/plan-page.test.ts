import { describe, expect, it } from '@jest/globals';
import { BUDGET } from '../../src/report/summary/assemble.js';
import { byteLength } from '../../src/report/safe.js';
import type { Hop } from '../../src/plan/plan.js';
import type { Report } from '../../src/report/report.js';
import { foldedPart, picturesOf, render, tableOf, titleOf } from './page.js';
import { plannedHops, refusedHops, refusedMigration } from './hop-reports.js';
import { check, digest, estimate, facts, hop, plan, planned, refusedByChecks, report, without } from './reports.js';

/** Asserts that all parts are there, in this order. */
function expectOrder(summary: string, parts: readonly string[]): void {
  const positions = parts.map((part) => summary.indexOf(part));
  expect(positions).not.toContain(-1);
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
}

/** Text of the part under a heading, up to the next one. */
function part(summary: string, heading: string): string {
  const start = summary.indexOf(`### ${heading}`);
  if (start < 0) return '';
  const rest = summary.slice(start + 4);
  const end = rest.indexOf('\n### ');
  return end < 0 ? rest : rest.slice(0, end);
}

const withHop = (...args: Parameters<typeof hop>): Report => ({ ...planned(), plan: plan({ hops: [hop(...args)] }) });

describe('a plan of one hop', () => {
  const summary = render(planned());

  it('says what restarts, for how long and how to get back before any detail', () => {
    expect(titleOf(summary)).toBe('## 📋 Plan for my-milvus: Milvus 2.3.11 → 2.4.23');
    expectOrder(summary, [
      '### The upgrade: Milvus 2.3.11 → 2.4.23, chart 4.1.24 → 4.2.20',
      '- **Pods:** 8 workloads restart: Deployments `my-milvus-datacoord`, ',
      '- **Expected downtime:** none. Every workload',
      '- **Way back:** `operation: rollback` until the first container with a new image has started; after that only a backup',
      '- **Stays:** StatefulSets `my-milvus-etcd`, `my-milvus-minio` (with their volumes); 1 other object',
      '- **Path:** a Helm upgrade to chart `4.2.20` with image `milvusdb/milvus:v2.4.23`. No chart has 2.4.23',
      '**What it changes**',
      '### Warnings from checks',
      '<summary>3 checks passed',
      '<summary>What changes in the cluster',
      '### To apply exactly this plan',
      '### What runs now',
    ]);
  });

  it('is not drowned in structure: no picture, no table of hops', () => {
    expect(picturesOf(summary, 'flowchart LR')).toEqual([]);
    expect(tableOf(summary, 'Hop')).toEqual([]);
    expect(summary.match(/^### /gm)?.length).toBeLessThanOrEqual(4);
  });

  it('says how to apply exactly this plan', () => {
    expect(summary).toContain(
      `operation: upgrade\nrelease: my-milvus\nnamespace: milvus\ntarget-version: 2.4.23\nplan-digest: ${digest}\n`,
    );
  });

  it('shows rule, documentation, notices and what the route sets, those with one reason together', () => {
    const keys = ['rootCoordinator.enabled', 'dataCoordinator.enabled'];
    const page = render(withHop({ changes: keys.map((key) => ({ key, value: false, why: 'Part of mixcoord.' })) }));
    expect(page).toContain(
      '**Set by the route:** `rootCoordinator.enabled: false`, `dataCoordinator.enabled: false`. Part of mixcoord.',
    );
    expect(page).toContain(
      'Rule `2.3-to-2.4`, <a href="https://milvus.io/docs/v2.4.x/upgrade_milvus_cluster-helm.md">documentation</a>',
    );
    expect(page).toContain('**Note:** Milvus 2.4 gives the mmap settings of 2.3 another meaning.');
  });

  it('says when nothing restarts, and what comes and goes', () => {
    const quiet = { restarts: [], added: ['Deployment a'], removed: ['Deployment b', 'Deployment c'] };
    const page = render(withHop({ estimate: estimate(quiet) }));
    expect(page).toContain('**Pods:** no pod restarts');
    expect(page).toContain('**New:** Deployment `a`\n- **Removed:** Deployments `b`, `c`');
  });

  it.each([
    [60, 300, '1 min to 5 min'],
    [0, 5, 'up to 5 s'],
    [90, 90, 'about 1 min 30 s'],
    [0, 0, 'none'],
  ])('shows a downtime of %d to %d seconds as %s', (fromSeconds, toSeconds, words) => {
    const page = render(withHop({ estimate: estimate({ downtime: { fromSeconds, toSeconds, why: 'Because.' } }) }));
    expect(page).toContain(`**Expected downtime:** ${words}. Because.`);
  });

  it('promises no rollback behind a point of no return', () => {
    const page = render(withHop({ pointOfNoReturn: 'Milvus 2.4 writes a mark.' }));
    expect(page).toContain('⚠️ **Point of no return:** Milvus 2.4 writes a mark.');
    expect(page).toContain(
      '**Way back:** `operation: rollback` until the first container with a new image has started; after that only a backup of metadata and object storage from before this hop',
    );
    expect(page).toContain('This run takes none.');
    expect(page).not.toContain('goes back to');
  });

  describe('between releases that are known to go back', () => {
    const patch = { sourceVersion: '2.4.16', targetVersion: '2.4.23' };

    it('names the revision, where it was deployed', () => {
      expect(render(withHop(patch))).toContain('**Way back:** `operation: rollback` goes back to revision 4, which');
      const before = facts('2.4.16', 4, '4.2.20');
      const failed = { ...before, release: { ...before.release, status: 'failed' as const } };
      expect(render({ ...withHop(patch), before: failed })).toContain(
        'goes back to the revision that this hop begins with',
      );
    });

    it('promises nothing for dependencies that change with it', () => {
      const images = [{ from: 'milvusdb/etcd:3.5.5-r2', to: 'milvusdb/etcd:3.5.14-r1' }];
      const page = render(withHop({ ...patch, estimate: estimate({ images }) }));
      expect(page).toContain('until the first container with a new image has started');
      expect(page).toContain('(`milvusdb/etcd:3.5.5-r2` → `milvusdb/etcd:3.5.14-r1`)');
    });
  });

  it('says plainly that something with data would leave, instead of what stays', () => {
    const page = render(withHop({ estimate: estimate({ removed: ['StatefulSet my-milvus-pulsar-bookie'] }) }));
    expect(page).toContain('⚠️ **Would leave the release, with what it holds:** StatefulSet `my-milvus-pulsar-bookie`');
    expect(part(page, 'The upgrade')).not.toContain('**Stays:**');
  });

  it('knows nothing of pods where no dry run was made, and says that waiting restarts none', () => {
    const bare = Object.fromEntries(Object.entries(hop()).filter(([key]) => key !== 'estimate')) as unknown as Hop;
    const page = (situation: 'upgrade' | 'rollout-unfinished'): string =>
      render({ ...planned(), plan: plan({ situation, hops: [bare], diff: [] }) });
    expect(page('upgrade')).toContain('**Pods and downtime:** not known, no dry run was made.');
    expect(page('rollout-unfinished')).toContain('**Pods:** no pod restarts by this run.');
  });

  it('is one sentence where there is nothing to do', () => {
    const page = render({ ...planned(), plan: plan({ situation: 'nothing-to-do' }) });
    expect(page).toContain('an upgrade with these inputs would write nothing');
    expect(page).not.toContain('### The upgrade');
    expect(page).not.toContain('plan-digest');
  });

  it('folds the values whose effect changes, and shows those given now', () => {
    expect(summary).toContain('**Values given now:** `queryNode.replicas` `2` → `3`');
    expect(
      foldedPart(summary, 'Values with another effect: 1 given now, 1 written by this run, 1 default of the new chart'),
    ).toContain('| `log.level` | `info` | `debug` | default of the new chart |');
  });

  it('puts overridden checks before warnings', () => {
    const allowed = check('old-replicas', { status: 'allowed', seen: 'Scaled by hand.' });
    const page = render({ ...planned(), plan: plan({ checks: [...plan().checks, allowed], allow: ['old-replicas'] }) });
    expectOrder(page, ['### Checks overridden with `allow`', '### Warnings from checks']);
    expect(page).toContain('Checks that the inputs allow: `old-replicas`');
  });
});

describe('a plan of several hops', () => {
  const summary = render(plannedHops());

  it('shows the way as a line, a picture and a table', () => {
    expect(titleOf(summary)).toBe('## 📋 Plan for my-milvus: Milvus 2.2.16 → 2.6.15 in 4 hops');
    expectOrder(summary, [
      '### The way: 4 hops',
      'Milvus 2.2.16 (chart 4.0.31) → 2.3.22 (chart 4.1.28) → 2.4.24 (chart 4.2.20) → 2.5.27 (chart 4.2.58) → 2.6.15',
      '```mermaid\nflowchart LR',
      '| Hop |',
      '### Hop 1: Milvus 2.2.16 → 2.3.22, chart 4.0.31 → 4.1.28',
      '### Hop 2: Milvus 2.3.22 → 2.4.24, chart 4.1.28 → 4.2.20 (estimate)',
      '### Hop 3: Milvus 2.4.24 → 2.5.27',
      '### Hop 4: Milvus 2.5.27 → 2.6.15',
      '### To apply exactly this plan',
    ]);
    expect(tableOf(summary, 'Hop').map((cells) => [cells[4], cells[5], cells[6]])).toEqual([
      ['8 workloads', 'none', '⚠️ backup only'],
      ['10 workloads (estimate)', '1 min to 7 min', '⚠️ backup only'],
      ['4 workloads (estimate)', '30 s to 4 min', '⚠️ backup only'],
      ['2 workloads (estimate)', '2 min to 30 min', '⚠️ backup only'],
    ]);
    expect(summary).toContain('Expected downtime of all hops together: 3 min 30 s to 41 min.');
  });

  it('draws one box a version, with the words on the arrows', () => {
    const lines = picturesOf(summary, 'flowchart LR');
    expect(lines).toContain('    n0["2.2.16<br/>chart 4.0.31<br/>runs now"]:::here');
    expect(lines).toContain('    n4["2.6.15<br/>chart 5.0.19<br/>this run"]:::now');
    expect(lines).toContain('    n0 -->|"helm"| n1');
    expect(lines).toContain('    n2 -->|"helm - no way back"| n3');
  });

  it('has the live diff in the first hop alone, and says what the others are known from', () => {
    expect(part(summary, 'Hop 1')).toContain('**Configuration:**');
    expect(part(summary, 'Hop 1')).not.toContain('Estimate:');
    expect(part(summary, 'Hop 2')).not.toContain('**Configuration:**');
    expect(part(summary, 'Hop 2')).toContain('Estimate: from the charts of this hop and of the one before it');
    expect(part(summary, 'Hop 2')).toContain('`apachepulsar/pulsar:2.8.2` → `apachepulsar/pulsar:2.9.5`');
    expect(part(summary, 'Hop 4')).toContain('Estimate: from the table of routes alone');
    expect(part(summary, 'Hop 4')).not.toContain('**Stays:**');
    expect(foldedPart(summary, 'What changes in the cluster, first hop:')).not.toBe('');
  });

  it('goes back from a later hop to where that one began', () => {
    const hops = ['2.4.16', '2.4.20', '2.4.23'].flatMap((targetVersion, index, all) => {
      const sourceVersion = all[index - 1];
      return sourceVersion === undefined ? [] : [hop({ sourceVersion, targetVersion })];
    });
    const page = render({ ...plannedHops(), plan: plan({ hops }) });
    expect(part(page, 'Hop 2')).toContain(
      'goes back to the revision that this hop begins with, as long as no later hop',
    );
    expect(tableOf(page, 'Hop').map((cells) => cells[6])).toEqual(['`operation: rollback`', '`operation: rollback`']);
  });

  it('is applied with multi-hop', () => {
    expect(summary).toContain('target-version: 2.6.15\nmulti-hop: true\nplan-digest: ');
  });

  it('stays readable with more hops than any way has', () => {
    const hops = Array.from({ length: 304 }, (_, index) => hop({ targetVersion: `2.3.${index}` }));
    const page = render({ ...plannedHops(), plan: plan({ hops }) });
    expect(page).toContain('… and 104 more.');
    expect(picturesOf(page, 'flowchart LR').filter((line) => line.includes('-->'))).toHaveLength(12);
    expect(page.match(/^### Hop /gm)).toHaveLength(24);
  });

  it('gives up later hops before what a person must see', () => {
    const long = 'word '.repeat(150);
    const notices = Array.from({ length: 20 }, (_, index) => `${index} ${long}`);
    const removed = Array.from({ length: 304 }, (_, index) => `Deployment ${'x'.repeat(240)}-${index}`);
    const hops = Array.from({ length: 24 }, () =>
      hop({ notices, estimate: estimate({ basis: 'rendered', removed, added: removed, restarts: removed }) }),
    );
    const diff = Array.from({ length: 304 }, (_, index) => ({
      kind: 'ConfigMap',
      name: `c-${index}`,
      change: 'changed' as const,
      restarts: false,
      images: [],
      fields: Array.from({ length: 30 }, (__, field) => ({
        path: `/data/${'f'.repeat(200)}.yaml/${'k'.repeat(300)}${field}`,
        from: long,
        to: long,
      })),
    }));
    const page = render({ ...plannedHops(), plan: plan({ hops, diff }) });
    expect(byteLength(page)).toBeLessThanOrEqual(BUDGET);
    expect(page).toContain(`plan-digest: ${digest}`);
    expect(page).toContain('### Hop 1:');
  });
});

describe('a refusal', () => {
  it('for several hops names the next target-version before anything else', () => {
    const summary = render(refusedHops());
    expect(titleOf(summary)).toBe('## ⛔ Plan of my-milvus to 2.6.15 refused: it takes 4 hops, the first to 2.3.22');
    expectOrder(summary, [
      '**This target takes 4 hops, and a run without `multi-hop: true` does one.** For the first:',
      '```yaml\ntarget-version: 2.3.22\n```',
      '**State of the data:** Nothing was written',
      '**Next:** Run with `target-version: 2.3.22` for the first hop, or with `multi-hop: true` for all 4.',
      '### The way: 4 hops',
      '### Hop 1',
    ]);
    expect(summary).not.toContain('stands against it');
    expect(summary).not.toContain('plan-digest:');
    const picture = picturesOf(summary, 'flowchart LR').join('\n');
    expect(picture).toContain('n1["2.3.22<br/>chart 4.1.28<br/>next"]:::now');
    expect(picture).toContain('n2["2.4.24<br/>chart 4.2.20<br/>later"]:::later');
  });

  it('keeps what else stands against it', () => {
    const base = refusedHops();
    const blocked = check('unhealthy-workloads', { status: 'blocked', seen: 'One is down.' });
    const summary = render({ ...base, plan: plan({ ...base.plan, checks: [...(base.plan?.checks ?? []), blocked] }) });
    expect(summary).toContain('**1 check stands against it:**\n\n- **`unhealthy-workloads`** One is down.');
    expect(summary).toContain('**Next:** Do what is listed, then run with `target-version: 2.3.22`');
  });

  it('does not send anybody into a migration', () => {
    const summary = render(refusedMigration());
    expect(summary).toContain('The first, to Milvus `2.2.16`, is a migration of the metadata.');
    expect(summary).toContain('**`metadata-migration`**');
    expect(summary).toContain('**Next:** Do what is listed');
    expect(summary).toContain('No hop was tried against the cluster.');
    expect(part(summary, 'Hop 1')).toContain(
      'a migration of the metadata while Milvus is stopped, then a Helm upgrade',
    );
    expect(picturesOf(summary, 'flowchart LR')).toContain('    n0 -->|"migration - no way back"| n1');
  });

  it('of several hops with multi-hop does not ask for one', () => {
    const blocked = check('unhealthy-workloads', { status: 'blocked', seen: 'One is down.' });
    const base = plannedHops();
    const summary = render({ ...base, result: 'refused', plan: plan({ ...base.plan, checks: [blocked] }) });
    expect(titleOf(summary)).toBe('## ⛔ Plan of my-milvus to 2.6.15 refused');
    expect(summary).not.toContain('This target takes');
    expect(picturesOf(summary, 'flowchart LR').join('\n')).not.toContain('later');
  });

  it('by checks shows the plan after what stands against it', () => {
    expectOrder(render(refusedByChecks()), ['**3 checks stand against it:**', '### The upgrade:', '<summary>3 checks']);
  });

  it('without a plan has no way to show', () => {
    expect(render(without(report({ result: 'refused', changed: false }), 'plan', 'after'))).not.toContain('### The');
  });
});
