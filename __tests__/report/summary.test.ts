import { describe, expect, it } from '@jest/globals';
import { createRedactor } from '../../src/report/redact.js';
import type { Report } from '../../src/report/report.js';
import { byteLength } from '../../src/report/safe.js';
import { assemble, BUDGET } from '../../src/report/summary/assemble.js';
import { renderSummary } from '../../src/report/summary/index.js';
import { keep } from '../../src/report/summary/section.js';
import {
  digest,
  failedHostile,
  facts,
  hostile,
  hostileEverywhere,
  interrupted,
  invalidInputs,
  plan,
  refusedByChecks,
  report,
  status,
  unchanged,
  without,
} from './reports.js';
import { folds, foldedPart, outsideCode, picturesOf, render, tableOf, titleOf, withoutFences } from './page.js';

describe('after an upgrade', () => {
  const summary = render(report());

  it('says what happened in the title and one sentence', () => {
    expect(titleOf(summary)).toBe('## ✅ my-milvus upgraded: Milvus 2.3.11 → 2.4.23');
    expect(summary).toContain(
      'Release `my-milvus` in namespace `milvus` on `k8s.example.com:6443` was upgraded and every workload is ready on the target image: Milvus `2.3.11` → `2.4.23`, chart `4.1.24` → `4.2.20`, revision 5. Took 3 min 12 s.',
    );
  });

  it('shows each component before and after', () => {
    const rows = tableOf(summary, 'Component');
    expect(rows).toHaveLength(8);
    expect(rows).toContainEqual([
      'querynode',
      '2.3.11 → 2.4.23',
      '`milvusdb/milvus:v2.3.11`<br>→ `milvusdb/milvus:v2.4.23`',
      '2/2',
    ]);
  });

  it('shows chart, revision, tools and what identifies the data', () => {
    const rows = Object.fromEntries(tableOf(summary, 'Release')) as Record<string, string>;
    expect(rows).toMatchObject({
      Chart: '4.1.24 → 4.2.20',
      Revision: '4 → 5',
      Tools: 'Helm 4.3.0, kubectl 1.36.4',
      Kubernetes: 'v1.36.4',
      'Message queue': '`pulsar2`',
      'Metadata root path': '`by-dev`',
    });
  });

  it('folds dependencies, passed checks, frozen values and changes', () => {
    expect(foldedPart(summary, 'Dependencies: images unchanged')).toContain('my-milvus-etcd');
    expect(foldedPart(summary, '3 checks passed')).toContain('`message-queue-kept`');
    expect(foldedPart(summary, 'Frozen values: 3')).toContain('| `pulsar.enabled` | `true` |');
    const changes = foldedPart(summary, 'What changes in the cluster: 1 added, 10 changed (11 objects)');
    expect(changes).toContain('| Deployment `my-milvus-proxy` | changed | yes |');
    expect(changes).toContain('`/data/default.yaml/log/level` | `info` | `debug`');
    expect(changes).not.toMatch(/\| StatefulSet/);
  });

  it('shows warned checks openly, with remedy and source', () => {
    expect(summary).toMatch(
      /### Warnings from checks\n\n- \*\*`helm-skew`\*\* .*→ Use `helm-version: 4\.2\.4`\. <a href="https:\/\/milvus\.io/,
    );
  });

  it('draws the time line by phase and workload', () => {
    const picture = foldedPart(summary, 'Time line: 3 min 12 s');
    expect(picture).toContain('```mermaid\ngantt\n');
    expect(picture).toMatch(/ {4}Wait for the rollout :\d+, \d+\n/);
    expect(picture).toMatch(/section Rollout\n {4}my-milvus-proxy :\d+, \d+/);
    expect(picture).toContain('| Wait for the rollout | 2026-11-22 14:00:11 UTC | 2 min 49 s |');
  });

  it('says so when only values changed', () => {
    const same = render(report({ sourceVersion: '2.4.23' }));
    expect(titleOf(same)).toBe('## ✅ my-milvus upgraded: new values or chart, Milvus 2.4.23 as before');
  });

  it.each([
    ['rollout-unfinished', 'only waiting is left'],
    ['apply-again', 'applied again'],
  ] as const)('explains the situation %s', (situation, words) => {
    expect(render(report({ plan: plan({ situation }) }))).toContain(words);
  });

  it('shows warnings of the run once', () => {
    const warned = render(
      report({
        timeline: [
          { type: 'warning', text: 'TLS is not verified.', at: 1 },
          { type: 'warning', text: 'TLS is not verified.', at: 2 },
        ],
      }),
    );
    expect(warned.match(/TLS is not verified/g)).toHaveLength(1);
  });
});

describe('nothing to do', () => {
  it('is one short paragraph', () => {
    const summary = render(unchanged());
    expect(summary.trim().split('\n')).toHaveLength(3);
    expect(titleOf(summary)).toBe('## ✅ Nothing to do: my-milvus is already as asked for');
    expect(summary).toContain('already runs what was asked for');
    expect(summary).toContain('No revision was written.');
  });
});

describe('a status', () => {
  it('shows what runs, what is wrong, and what could not be read', () => {
    const summary = render(status());
    expect(titleOf(summary)).toBe('## ⚠️ Status of my-milvus: Milvus 2.3.11, 1 workload not ready');
    expect(tableOf(summary, 'Workload')).toContainEqual([
      'Deployment `my-milvus-datanode`',
      '0/1 ready, 1/1 on the current template',
      'CrashLoopBackOff: exit code 1, 7 restarts',
    ]);
    expect(tableOf(summary, 'Component')).toContainEqual(['datanode', '2.3.11', '`milvusdb/milvus:v2.3.11`', '⚠️ 0/1']);
    expect(summary).toContain('bucket unknown: the ConfigMap may not be read');
  });

  it('says that all is well', () => {
    expect(titleOf(render({ ...status(), before: facts('2.3.11', 4, '4.1.24') }))).toBe(
      '## ✅ Status of my-milvus: Milvus 2.3.11, all workloads ready',
    );
  });
});

describe('a bad ending', () => {
  it('lists blocking checks first, each with remedy, source and whether it can be overridden', () => {
    const summary = render(refusedByChecks());
    expect(titleOf(summary)).toBe('## ⛔ Upgrade of my-milvus to 2.4.23 refused');
    expect(summary).toContain('**3 checks stand against it:**');
    expect(summary).toMatch(/\*\*`statefulset-removed`\*\* .*cannot be overridden\. <a href=/);
    expect(summary).toContain('`allow: old-replicas` overrides this check.');
    expect(summary.match(/with 3 volumes would be removed/g)).toHaveLength(1);
    expect(summary.indexOf('3 checks stand')).toBeLessThan(summary.indexOf('### The upgrade'));
    expect(summary).not.toContain(digest);
  });

  it('says that nothing was written, and what to do next', () => {
    const summary = render(refusedByChecks());
    expect(summary).toContain(
      '**State of the data:** Nothing was written: the release, its pods and its data are as they were.',
    );
    expect(summary).toContain('**Next:** Do what is listed, then run the same workflow again.');
  });

  it('promises nothing about the data that it does not know', () => {
    const { dataState, ...rest } = failedHostile();
    expect(dataState).toBeDefined();
    expect(render(rest)).toContain('Whether Milvus answers and its data is complete was not checked.');
  });

  it('gives cause, why, what to do, state of the data and next step, in this order and before anything else', () => {
    const summary = render(failedHostile());
    const order = [
      '**Cause:**',
      '**Why it matters:**',
      '**What to do:**',
      '**State of the data:**',
      '**Next:**',
      '###',
    ];
    const positions = order.map((part) => summary.indexOf(part));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions).not.toContain(-1);
  });

  it('shows what is not ready, then its pods folded with events and log lines', () => {
    const summary = render(failedHostile());
    expect(summary).toContain('### What is not ready');
    expect(tableOf(summary, 'Workload')[0]?.[1]).toBe('1/2 ready, 1/2 on the current template');
    const pod = foldedPart(summary, 'Pod my-milvus-querynode-5d9f8-x2x7k: ImagePullBackOff');
    expect(pod).toContain('Back-off pulling image');
    expect(pod).toContain('starting');
  });

  it('shows how far each component got', () => {
    const rows = tableOf(render(failedHostile()), 'Component');
    expect(rows.find(([name]) => name === 'proxy')?.[1]).toBe('2.3.11 → 2.4.23');
    expect(rows.find(([name]) => name === 'querynode')?.slice(1)).toEqual([
      '2.3.11',
      '`milvusdb/milvus:v2.3.11` (same)',
      '⚠️ 1/2',
    ]);
  });

  it('lists all bad inputs', () => {
    const summary = render(invalidInputs());
    expect(summary).toContain('(`invalid-inputs`)');
    expect(titleOf(summary)).toBe('## ⛔ Run refused');
    expect(summary).toContain(
      '- Input `timeout` is &#34;60&#34;. A number without a unit is ambiguous.<br>→ Accepted:',
    );
    expect(summary).toContain('- Inputs `kubeconfig` and `server` are given together');
  });

  it('says how to go on after an interruption', () => {
    const summary = render(interrupted());
    expect(titleOf(summary)).toBe('## ⚠️ Upgrade of my-milvus to 2.4.23 interrupted');
    expect(summary).toContain('**Next:** Run the same workflow again: it applies revision 5 again.');
  });

  it('can be rendered from almost nothing', () => {
    const least: Report = {
      schema: 1,
      operation: 'unknown',
      result: 'failed',
      changed: false,
      problems: [],
      startedAt: 0,
      timeline: [],
    };
    expect(render(least)).toContain('## ❌ Run failed');
    expect(render(without(report(), 'before', 'after', 'plan', 'endedAt'))).toContain('upgraded');
  });
});

describe('hostile text', () => {
  const results = ['upgraded', 'unchanged', 'planned', 'reported', 'refused', 'failed', 'interrupted'] as const;

  it.each(results)('has no meaning in the summary of %s', (result) => {
    const summary = render({ ...hostileEverywhere(), result });
    const text = outsideCode(summary);
    expect(text).not.toMatch(/<[a-z/!]/i);
    expect(text).not.toMatch(/@|https?:\/\/|www\./);
    expect(text).not.toMatch(/\]\(|\*\*bold|\$x/);
    expect(summary).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  });

  it.each(results)('breaks no table in the summary of %s', (result) => {
    const lines = withoutFences(render({ ...hostileEverywhere(), result })).split('\n');
    let columns = 0;
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('|')) continue;
      const cells = line.split('|').length;
      if (!(lines.at(index - 1) ?? '').startsWith('|')) columns = cells;
      expect(cells).toBe(columns);
    }
  });

  it('opens as many folds as it closes', () => {
    expect(folds(render(hostileEverywhere()))).toBe(0);
  });

  it('cannot leave the picture of the time line', () => {
    const lines = picturesOf(render(hostileEverywhere()), 'gantt');
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines.slice(2)) {
      expect(line).toMatch(/^ {4}(section (Run|Rollout)|[^:#;<>%{}"]+ :(crit, )?\d+, \d+)$/);
    }
  });

  it.each(['planned', 'refused', 'failed'] as const)('cannot leave the picture of the way when %s', (result) => {
    const lines = picturesOf(render({ ...hostileEverywhere(), result }), 'flowchart LR');
    const label = `[\\p{L}\\p{N} ._/…-]+`;
    const allowed = new RegExp(
      `^ {4}(n\\d+\\["${label}(<br/>${label}){2}"\\]:::[a-z]+|n\\d+ -->\\|"${label}"\\| n\\d+|classDef [a-z]+ [a-z0-9#:,. -]+)$`,
      'u',
    );
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toMatch(allowed);
  });

  it('is at every place that it is taken from', () => {
    const quoted = (result: Report['result']) => render({ ...hostileEverywhere(), result });
    expect(quoted('planned').match(/octocat/g)?.length).toBeGreaterThan(60);
    expect(quoted('reported').match(/octocat/g)?.length).toBeGreaterThan(25);
  });
});

describe('secrets', () => {
  it('are nowhere in the summary', () => {
    const secret = 'canary<5d41>|`402a`';
    const redactor = createRedactor();
    redactor.add(secret);
    const text = JSON.stringify(failedHostile()).replaceAll('pwned', JSON.stringify(secret).slice(1, -1));
    const summary = renderSummary(JSON.parse(text) as Report, redactor);
    expect(summary).toContain('***');
    expect(summary).not.toMatch(/canary|5d41|402a/);
  });
});

describe('size', () => {
  it('stays below the budget with a huge report, keeps the cause and names what was left out', () => {
    const line = `${hostile}\n`.repeat(10);
    const huge: Report = {
      ...failedHostile(),
      problems: Array.from({ length: 60 }, (_, index) => ({
        id: `p${index}`,
        what: `Cause ${index}. ${line}`,
        remedy: line,
        raw: line.repeat(12),
      })),
      pods: Array.from({ length: 60 }, (_, index) => ({
        pod: `pod-${index}`,
        workload: 'w',
        reasons: ['CrashLoopBackOff'],
        events: Array.from({ length: 50 }, () => line),
        logs: ['a', 'b', 'c'].map((container) => ({ container, lines: line.repeat(5) })),
      })),
      plan: plan({
        diff: Array.from({ length: 3_000 }, (_, index) => ({
          kind: 'ConfigMap',
          name: `c-${index}`,
          change: 'changed' as const,
          restarts: false,
          images: [],
          fields: [{ path: '/data/x', from: line, to: line }],
        })),
      }),
    };
    const summary = render(huge);
    expect(byteLength(summary)).toBeLessThanOrEqual(BUDGET);
    expect(summary).toContain('**Cause:** Cause 0.');
    expect(summary).toContain('**State of the data:**');
    expect(summary).toMatch(/Left out because GitHub shows at most 1 MiB: .*raw texts.*report\.json/);
    expect(folds(summary)).toBe(0);
  });

  const section = (name: string, rank: number, size: number) => ({
    name,
    keep: rank,
    text: `${name}${'x'.repeat(size)}`,
  });

  it('drops the least useful first and keeps the order of the rest', () => {
    const text = assemble(
      [
        section('lead', keep.essential, 10),
        section('raw', keep.raw, 900),
        section('stuck', keep.stuck, 900),
        section('diff', keep.diff, 900),
      ],
      1024 + 1000,
    );
    expect(text.replace(/x+/g, '')).toBe(
      'lead\n\nstuck\n\nLeft out because GitHub shows at most 1 MiB: raw, diff. Everything is in report.json.\n',
    );
  });

  it('drops nothing that fits', () => {
    expect(assemble([section('a', keep.raw, 1), section('b', keep.essential, 1)], 5000)).toBe('ax\n\nbx\n');
  });

  it('cuts even the essential part when it must', () => {
    const text = assemble([{ name: 'lead', keep: keep.essential, text: 'ü🚀 line\n'.repeat(1000) }], 3000);
    expect(byteLength(text)).toBeLessThanOrEqual(3000);
    expect(text).toContain('Cut here because');
  });
});
