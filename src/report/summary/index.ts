import type { Redactor } from '../redact.js';
import type { Report } from '../report.js';
import { code } from '../safe.js';
import { assemble, BUDGET } from './assemble.js';
import { checks, warnings } from './checks.js';
import { components } from './components.js';
import { diff } from './diff.js';
import { lead } from './lead.js';
import { effects } from './effects.js';
import { upgradeFacts } from './facts.js';
import { outlook } from './outlook.js';
import { apply, back, forecast, walked } from './plan.js';
import { troubles } from './pods.js';
import { problems } from './problems.js';
import { raw } from './raw.js';
import { frozen, release } from './release.js';
import { isForecast } from './route.js';
import { standing } from './standing.js';
import { keep, type Section } from './section.js';
import { timeline } from './timeline.js';

/** Where the complete data is. */
function files(report: Report): Section | undefined {
  const paths = [
    ...(report.planFile === undefined ? [] : [`plan: ${code(report.planFile)}`]),
    ...(report.reportFile === undefined ? [] : [`report: ${code(report.reportFile)}`]),
  ];
  if (paths.length === 0) return undefined;
  return { name: 'files', keep: keep.warnings, text: `On the runner: ${paths.join(', ')}` };
}

/** Nothing happened and nothing needs attention: title and one paragraph. */
const brief = (report: Report): readonly (Section | undefined)[] => [lead(report), warnings(report)];

/** What a person who approves or corrects the plan reads: what would change comes before what is there. */
const expected = (report: Report): readonly (Section | undefined)[] => [
  ...forecast(report),
  ...checks(report),
  warnings(report),
  diff(report),
  apply(report),
  effects(report),
  frozen(report),
  ...components(report),
  release(report),
];

/** What a person reads who wants to know how things stand now. */
const outcome = (report: Report): readonly (Section | undefined)[] => [
  ...troubles(report),
  back(report),
  walked(report),
  outlook(report),
  ...components(report),
  report.result === 'reported' ? upgradeFacts(report) : undefined,
  release(report),
  ...checks(report),
  warnings(report),
  diff(report),
  effects(report),
  frozen(report),
];

/** What there is after a release was taken back: what the upgrade would have changed is no news any more. */
const returned = (report: Report): readonly (Section | undefined)[] => [
  ...troubles(report),
  walked(report),
  ...components(report),
  release(report),
  ...(report.result === 'restored' ? checks(report) : []),
  warnings(report),
];

const supporting = (report: Report): readonly (Section | undefined)[] => {
  if (isForecast(report)) return expected(report);
  return report.result === 'rolled-back' || report.result === 'restored' ? returned(report) : outcome(report);
};

/** Result, cause and what to do first; what supports them after; long texts folded at the end. */
const full = (report: Report): readonly (Section | undefined)[] => [
  lead(report),
  standing(report),
  problems(report),
  ...supporting(report),
  timeline(report),
  ...raw(report),
  files(report),
];

/**
 * The job summary as GitHub Markdown, below GitHub's limit of 1 MiB. Everything that comes from outside is escaped, and
 * secrets are taken out first.
 */
export function renderSummary(report: Report, redactor: Redactor, budget = BUDGET): string {
  const clean = redactor.cleanAll(report);
  const sections = clean.result === 'unchanged' ? brief(clean) : full(clean);
  return assemble(
    sections.filter((section) => section !== undefined),
    budget,
  );
}
