import type { CheckResult, CheckStatus } from '../../plan/plan.js';
import { successes, type Report } from '../report.js';
import { code, sentence } from '../safe.js';
import { sourceLink } from './problems.js';
import { blocks, counted, folded, keep, list, type Section } from './section.js';

const TITLES: Readonly<Partial<Record<CheckStatus, string>>> = {
  warned: '### Warnings from checks',
  allowed: '### Checks overridden with `allow`',
};

function entry({ id, seen, why, remedy, source }: CheckResult): string {
  return `**${code(id)}** ${sentence(seen)} ${sentence(why)}<br>→ ${sentence(remedy)} ${sourceLink(source)}`.trimEnd();
}

/** Checks besides the blocking ones of a bad ending (those are its cause): overridden and warned, then the passed ones. */
export function checks(report: Report): readonly Section[] {
  const all = report.plan?.checks ?? [];
  const of = (status: CheckStatus): readonly CheckResult[] => all.filter((check) => check.status === status);
  const parts = (['allowed', 'warned'] as const).map((status) => {
    const found = of(status);
    return found.length === 0 ? undefined : blocks(TITLES[status], list(found.map(entry), 40));
  });
  const text = blocks(...parts);
  const passed = of('passed');
  const sections: Section[] = [];
  if (text !== '') sections.push({ name: 'warned checks', keep: keep.checks, text });
  if (passed.length > 0) {
    const ids = list(passed.map(({ id, seen }) => `${code(id)} ${sentence(seen)}`));
    const title = `${counted(passed.length, 'check')} passed`;
    sections.push({ name: 'passed checks', keep: keep.passedChecks, text: folded(title, ids) });
  }
  return sections;
}

/** Warnings of the run itself; most of them are annotations too, but only a few fit there. */
export function warnings(report: Report): Section | undefined {
  const texts = new Set(report.timeline.flatMap((event) => (event.type === 'warning' ? [event.text] : [])));
  if (texts.size === 0) return undefined;
  const title = successes.includes(report.result) ? '### Warnings' : '### Warnings before it ended';
  return { name: 'warnings', keep: keep.warnings, text: blocks(title, list([...texts].map(sentence), 40)) };
}
