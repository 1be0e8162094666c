import { describe, expect, it } from '@jest/globals';
import { errorAnnotation } from '../../src/report/annotations.js';
import { createRedactor } from '../../src/report/redact.js';
import { reportJson } from '../../src/report/json.js';
import type { Report, Standing } from '../../src/report/report.js';
import type { Timed } from '../../src/report/events.js';
import { headline } from '../../src/report/words.js';
import { endRestored } from '../../src/operations/ending.js';
import { recordTakenBack } from '../../src/operations/facts-report.js';
import { failed } from '../../src/problem.js';
import { foldedPart, outsideCode, picturesOf, render, tableOf, titleOf } from './page.js';
import { fourHops } from './hop-reports.js';
import { START, facts, hop, hostile, plan, report, status, without, workload } from './reports.js';

const back = {
  revision: 4,
  ...{ from: '2.4.23', to: '2.3.11' },
  because: 'Revision 4: no container with an image of revision 5 has started.',
};
const resumed = { openedAt: '2026-11-22T13:40:00.000Z', by: 'https://github.example/o/r/actions/runs/7' };

const rolledBack = (changes: Partial<Report> = {}): Report => {
  const one = report({
    ...{ operation: 'rollback', result: 'rolled-back', back, resumed, revision: 6 },
    before: facts('2.4.23', 5, '4.2.20'),
    after: facts('2.3.11', 6, '4.1.24'),
    ...changes,
  });
  recordTakenBack(one);
  return one;
};

const restored = (changes: Partial<Report> = {}): Report => {
  const one = report({
    ...{ back, revision: 6, after: facts('2.3.11', 6, '4.1.24') },
    plan: plan({ hops: [hop({ status: 'failed' })] }),
    stuck: [workload('my-milvus-querynode', 'milvusdb/milvus:v2.4.23', { healthy: false, ready: 0 })],
    ...changes,
  });
  endRestored(one, failed({ id: 'image-pull', what: 'It cannot pull.', remedy: 'Check it.' }), () => undefined);
  return one;
};

describe('a release that was taken back', () => {
  const summary = render(rolledBack());

  it('says where it is now, why that is truthful, and who had begun', () => {
    expect(titleOf(summary)).toBe('## ↩️ my-milvus taken back to revision 4: Milvus 2.4.23 → 2.3.11');
    expect(summary).toContain(
      'It has the contents of revision 4 again, as revision 6, and every workload was seen ready. Revision 4: no container with an image of revision 5 has started.',
    );
    expect(summary).toContain(
      'What was taken back was begun at 2026-11-22 13:40:00 UTC by `https://github.example/o/r/actions/runs/7`.',
    );
    expect(render(rolledBack({ back: { ...back, mind: 'Collections of 2.4 are lost.' } }))).toContain(
      'of 2.4 are lost.',
    );
  });

  it('shows chart and revision as they went, and nothing of what the upgrade would have changed', () => {
    const rows = Object.fromEntries(tableOf(summary, 'Release')) as Record<string, string>;
    expect(rows).toMatchObject({ Chart: '4.2.20 → 4.1.24', Revision: '5 → 6' });
    expect(summary).not.toMatch(/What changes in the cluster|Frozen values|an earlier run with this chart/i);
    expect(errorAnnotation(rolledBack(), createRedactor())).toBeUndefined();
  });

  it('had been taken back before: nothing was written', () => {
    const page = render(without(rolledBack({ changed: false }), 'back', 'resumed'));
    expect(titleOf(page)).toBe('## ↩️ Nothing to do: my-milvus is taken back already');
    expect(page).toContain('Nothing was written.');
  });

  it('names the hop of a longer way', () => {
    const hops = fourHops.map((one, index) => ({
      ...one,
      status: index < 3 ? ('done' as const) : ('failed' as const),
    }));
    const page = render(rolledBack({ back: { revision: 7, from: '2.6.15', to: '2.5.27' }, plan: plan({ hops }) }));
    expect(titleOf(page)).toContain('taken back to revision 7: Milvus 2.6.15 → 2.5.27');
    expect(tableOf(page, 'Hop').map((cells) => cells.at(-1))).toEqual([
      '✅ done',
      '✅ done',
      '✅ done',
      '↩️ taken back',
    ]);
  });
});

describe('an upgrade that failed and was taken back', () => {
  const summary = render(restored());

  it('has the cause first, then what is there now', () => {
    expect(titleOf(summary)).toBe('## ↩️ Upgrade of my-milvus to 2.4.23 failed, and the old state is back');
    expect(summary).toContain('Asked for: Milvus `2.3.11` → `2.4.23`, chart `4.1.24` → `4.2.20`.');
    expect(summary.indexOf('**Cause:** It cannot pull.')).toBeLessThan(
      summary.indexOf('**State of the data:** The release has'),
    );
    expect(summary).not.toContain('What changes in the cluster');
  });

  it('does not show what was stuck as how things are', () => {
    expect(summary).toContain('### What was not ready before it was taken back');
    expect(
      tableOf(summary, 'Component')
        .find(([name]) => name === 'querynode')
        ?.at(-1),
    ).toBe('2/2');
    expect(picturesOf(summary, 'gantt').filter((line) => line.includes('crit'))).toEqual([
      expect.stringContaining('my-milvus-querynode'),
    ]);
  });

  it('on a longer way says which version is back', () => {
    const hops = fourHops.map((one, index) => ({
      ...one,
      status: index === 0 ? ('done' as const) : ('failed' as const),
    }));
    const versions = { sourceVersion: '2.2.16', targetVersion: '2.6.15' };
    const end = restored({ ...versions, plan: plan({ hops }), back: { revision: 6, from: '2.4.24', to: '2.3.22' } });
    expect(headline(end)).toBe('Upgrade of my-milvus to 2.6.15 failed, and Milvus 2.3.22 is back');
    expect(errorAnnotation(end, createRedactor())?.message).toContain('The release has what revision 6 had');
  });
});

describe('a run that went on with another', () => {
  it('says who began it and when', () => {
    expect(render(report({ resumed }))).toContain(
      'It went on with what was begun at 2026-11-22 13:40:00 UTC by `https://github.example/o/r/actions/runs/7`.',
    );
    expect(render(report({ resumed: { ...resumed, openedAt: 'x' } }))).toContain('what was begun by `https:');
  });

  it('shows its steps: begun, done, found done, and not seen to end', () => {
    const step = (id: 'helm-upgrade' | 'rollout', state: 'begun' | 'done' | 'already', at: number): Timed => ({
      ...{ type: 'step', step: id, state, at: START + at },
      text: `${id === 'rollout' ? 'Wait for the rollout' : 'Helm upgrade'}${state === 'begun' ? '' : `: ${state}`}`,
    });
    const events = [
      ...[
        step('helm-upgrade', 'already', 1_000),
        step('helm-upgrade', 'begun', 9_000),
        step('helm-upgrade', 'done', 12_000),
      ],
      step('rollout', 'begun', 12_000),
    ];
    const summary = render(report({ timeline: [...report().timeline, ...events] }));
    expect(foldedPart(summary, 'Time line')).toContain('| Step | Begun | End |');
    expect(tableOf(summary, 'Step')).toEqual([
      ['Helm upgrade: already', '2026-11-22 14:00:01 UTC', 'nothing to do'],
      ['Helm upgrade', '2026-11-22 14:00:09 UTC', 'done after 3.0 s'],
      ['Wait for the rollout', '2026-11-22 14:00:12 UTC', 'not seen to end'],
    ]);
  });
});

describe('a rollback that did not come to its end', () => {
  it('asks for no version, and has no other way back', () => {
    const end = report({ operation: 'rollback', result: 'failed', back, problems: [] });
    const page = render(without(end, 'after'));
    expect(titleOf(page)).toBe('## ❌ Rollback of my-milvus failed');
    expect(page).not.toMatch(/Asked for|If you must go back/);
  });
});

const revisions = [
  {
    ...{ revision: 5, status: 'pending-upgrade', chartVersion: '4.2.20', writtenAt: '2026-11-22T14:00:11.123Z' },
    ...{ description: 'Preparing upgrade', ours: true },
  },
];
const open = { state: 'The upgrade is open.', open: true, ways: 'Run again.' };
const lock = { state: 'A run holds the lock.', held: true };
const pending = { revision: 5, status: 'pending-upgrade', made: 'A run made it.', ways: 'Run upgrade.' };
const withStanding = (standing: Standing): string =>
  render({ ...status(), before: facts('2.3.11', 4, '4.1.24'), standing });

describe('a status', () => {
  it.each<[string, Partial<Standing>, string, string]>([
    [
      'an open journal',
      { journal: open },
      '⚠️ Status of my-milvus: Milvus 2.3.11, all workloads ready; an upgrade is not finished',
      '### Not finished',
    ],
    [
      'a pending revision',
      { journal: open, pending },
      '⚠️ Status of my-milvus: Milvus 2.3.11, all workloads ready; revision 5 is pending-upgrade',
      '### Not finished',
    ],
    ['a run at work', { lock }, '✅ Status of my-milvus: Milvus 2.3.11, all workloads ready', '### Under way'],
    [
      'what has ended',
      { journal: { state: 'It was finished.', open: false } },
      '✅ Status of my-milvus: Milvus 2.3.11, all workloads ready',
      '### Upgrades by this action',
    ],
  ])('with %s says so at the top', (_, found, title, heading) => {
    const page = withStanding({ revisions, ...found });
    expect(titleOf(page)).toBe(`## ${title}`);
    expect(page.indexOf('###')).toBe(page.indexOf(heading));
  });

  it('says what to do once: of a pending revision first, and after the run that is at work', () => {
    const page = withStanding({ revisions, journal: open, pending, lock });
    expect(page).toContain('**Pending:** revision 5 is `pending-upgrade`');
    expect(page).toContain('**What to do when that run has ended or died:** Run upgrade.');
    expect(withStanding({ revisions, journal: open })).toContain('**What to do:** Run again.');
    expect(page).not.toContain('Run again.');
  });

  it('lists the revisions', () => {
    expect(tableOf(withStanding({ revisions }), 'Revision')).toEqual([
      ['5', '`pending-upgrade`', '4.2.20', '2026-11-22 14:00:11', 'yes', 'Preparing upgrade'],
    ]);
    expect(withStanding({ revisions: [] })).not.toContain('Revisions of the release');
  });

  it('of which the version is not known does not name one', () => {
    expect(headline({ ...without(status(), 'sourceVersion'), before: facts('2.3.11', 4, '4.1.24') })).toBe(
      'Status of my-milvus: all workloads ready',
    );
  });

  it('gives hostile text no meaning, and is in report.json', () => {
    const standing: Standing = {
      journal: { state: hostile, open: true, ways: hostile },
      lock: { state: hostile, held: true },
      pending: { revision: 5, status: hostile, made: hostile, ways: hostile },
      revisions: [
        { revision: 5, status: hostile, chartVersion: hostile, writtenAt: hostile, description: hostile, ours: true },
      ],
    };
    const page = render({
      ...status(),
      ...{
        standing,
        resumed: { openedAt: hostile, by: hostile },
        back: { revision: 4, because: hostile, mind: hostile },
      },
    });
    for (const text of [
      page,
      render(rolledBack({ back: { revision: 4, from: hostile, because: hostile, mind: hostile } })),
    ]) {
      expect(outsideCode(text)).not.toMatch(/<[a-z/!]/i);
      expect(outsideCode(text)).not.toMatch(/@|https?:\/\/|www\.|\]\(|\*\*bold|\$x/);
    }
    const parsed = JSON.parse(reportJson({ ...status(), standing }, createRedactor())) as Report;
    expect(parsed.standing?.pending?.revision).toBe(5);
  });
});
