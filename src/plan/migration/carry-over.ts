import { gt, gte, lt } from 'semver';
import type { Values } from '../../helm/port.js';
import { changedValues } from '../../milvus/migration-values-changed.js';
import { fateOf, rowSource, type ValueRow } from '../../milvus/migration-values.js';
import type { ProblemDetails } from '../../problem.js';
import { effective } from '../../values/merge.js';
import { equal, getPath, isMap, setPath } from '../../values/tree.js';
import { lossOf, userFile, type CarryQuestion } from './question.js';
import { printedText, readSettings, settingText } from './settings.js';
import { storedLeaves } from './unknown-keys.js';
import { UserFile, type Carried, type Settled } from './user-file.js';
import { userFileSince } from './value-settings.js';

/** A stored value that has no effect, neither before nor after. */
export interface DroppedValue {
  readonly key: string;
  readonly why: string;
  readonly source: string;
}

export interface CarryOver {
  /** To be laid over the stored values: user.yaml as a whole, other keys, and null for what the target does not read. */
  readonly values: Values;
  readonly carried: readonly Carried[];
  readonly dropped: readonly DroppedValue[];
  /** Sentences worth reading before the upgrade. */
  readonly notices: readonly string[];
  /** Do not go on when there are any: ids `value-without-row`, `value-not-carried`, `value-contradiction`, `user-yaml`. */
  readonly problems: readonly ProblemDetails[];
}

/** The work on one question; collects what it finds. */
class Carrier {
  values: Values = {};
  readonly carried: Carried[] = [];
  readonly dropped: DroppedValue[] = [];
  readonly notices: string[] = [];
  readonly problems: ProblemDetails[] = [];
  private readonly rocksmq: boolean;

  constructor(
    private readonly question: CarryQuestion,
    private readonly file: UserFile,
  ) {
    const runs = effective(question.installed.values, question.userValues);
    this.rocksmq = getPath(runs, 'cluster.enabled') === false && getPath(runs, 'standalone.messageQueue') === 'rocksmq';
  }

  run(): CarryOver {
    const { target, userValues } = this.question;
    for (const { path, value, known } of storedLeaves(userValues, target.values)) this.leaf(path, value, known);
    const done = new Set([...this.carried.map(({ key }) => key)]);
    if (this.problems.length === 0) for (const settled of this.file.otherNames(done)) this.take(settled);
    this.notices.push(...changedIn(this.question));
    const written = this.file.written();
    if (written?.problem !== undefined) this.problems.push(written.problem);
    else if (written !== undefined) {
      this.values = { ...this.values, extraConfigFiles: { 'user.yaml': written.text } };
    }
    const { values, carried, dropped, notices, problems } = this;
    return { values, carried, dropped, notices, problems };
  }

  private leaf(path: string, value: unknown, known: boolean): void {
    const { installed, target } = this.question;
    const found = fateOf(path, installed.version, target.version);
    if (found === undefined) {
      if (!known) this.problems.push(withoutRow(path, this.question));
      return;
    }
    const { fate, row } = found;
    if (fate === 'stays') return;
    if (fate === 'begins') {
      this.notices.push(`${path}: chart ${installed.version} did not read it, chart ${target.version} does.`);
      return;
    }
    const idle = fate === 'idle' || (row.rocksmqOnly === true && !this.rocksmq);
    const { carried } = row;
    if (idle || carried.by === 'nothing') {
      const why =
        carried.by === 'nothing' ? carried.why : `it had no effect on chart ${installed.version} as installed`;
      this.dropped.push({ key: path, why, source: rowSource(row) });
    } else if (!this.take(this.carry(path, value, row))) return;
    if (row.stays !== true && gt(target.version, row.last)) this.values = setPath(this.values, path, null);
  }

  /** @returns false where it is a problem */
  private take(settled: Settled): boolean {
    if (settled.problem !== undefined) {
      this.problems.push(settled.problem);
      return false;
    }
    this.carried.push(settled.carried);
    if (settled.notice !== undefined) this.notices.push(settled.notice);
    return true;
  }

  private carry(path: string, value: unknown, row: ValueRow): Settled {
    const { carried } = row;
    if (carried.by === 'value') return this.rules(path, value, row, carried.value);
    if (carried.by !== 'user.yaml') return notCarried(path, carried.by === 'person' ? carried.remedy : carried.why);
    const text = row.quoted === true ? settingText(value) : printedText(value);
    return text === undefined
      ? notCarried(path, `write ${carried.settings.join(' and ')} into ${userFile}`)
      : this.file.settle(path, row, `${text}${carried.suffix ?? ''}`, carried.settings);
  }

  /** Hosts of an Ingress as rules, which charts from 4.0.9 on read. */
  private rules(path: string, value: unknown, row: ValueRow, to: string): Settled {
    const hosts = Array.isArray(value) ? value.filter((host) => typeof host === 'string') : [];
    const rules = hosts.map((host) => ({ host, path: '/', pathType: 'Prefix' }));
    const own = getPath(this.question.userValues, to) ?? undefined;
    if (!Array.isArray(value) || hosts.length !== value.length || (own !== undefined && !equal(own, rules))) {
      return notCarried(path, `write ${to} (host, path, pathType)`);
    }
    this.values = setPath(this.values, to, rules);
    return { carried: { key: path, to: [to], source: rowSource(row) } };
  }
}

const notCarried = (path: string, remedy: string): Settled => ({
  problem: lossOf(
    'value-not-carried',
    `The stored value ${path} has no effect on the chart to come, and cannot be carried over by rule.`,
    `In \`values\`: ${remedy}, and set ${path} to null.`,
  ),
});

const withoutRow = (path: string, { installed, target }: CarryQuestion): ProblemDetails =>
  lossOf(
    'value-without-row',
    `The release has stored the value ${path}, which chart ${target.version} does not know, and what it did is not known here.`,
    `Find out what ${path} did on chart ${installed.version}; set what keeps that effect, and ${path} to null, in \`values\`.`,
  );

/** Values that the target reads in another way. */
const changedIn = ({ installed, target, userValues }: CarryQuestion): readonly string[] =>
  changedValues
    .filter(({ since }) => lt(installed.version, since) && gte(target.version, since))
    .filter(({ value, above }) => {
      const stored = getPath(userValues, value) ?? undefined;
      return stored !== undefined && (above === undefined || Number(stored) > above);
    })
    .map(({ value, what, source }) => `${value}: ${what} (${source}).`);

/** A file that stands in the place of the chart's own: what the chart writes into it counts for nothing then. */
function replacement({ installed, target }: CarryQuestion, files: Values): string | undefined {
  const counts = [
    ...(lt(installed.version, userFileSince) ? ['milvus.yaml'] : []),
    ...(gte(target.version, userFileSince) ? ['default.yaml'] : []),
  ];
  return counts.find((file) => (files[file] ?? undefined) !== undefined);
}

/**
 * What an upgrade has to add to the stored values so that everything they did on the installed chart goes on, and what
 * stands in the way.
 *
 * @param question charts with their default values, and the stored user values; the installed chart is 3.0.0 or newer
 *   (from 4.0.0 on nothing is left to carry but `ingress.hosts`), the target 3.3.2 or newer
 * @returns additions and findings; with `problems`, nothing may be written
 */
export function carryOver(question: CarryQuestion): CarryOver {
  const refused = (problem: ProblemDetails): CarryOver => ({
    ...{ values: {}, carried: [], dropped: [], notices: [] },
    problems: [problem],
  });
  const stored = getPath(question.userValues, 'extraConfigFiles');
  const files = isMap(stored) ? stored : {};
  const own = replacement(question, files);
  if (own !== undefined) {
    const what = `The release has stored a ${own} of its own in extraConfigFiles, in the place of the chart's file.`;
    const remedy = `Write what it changes into ${userFile}, and set extraConfigFiles."${own}" to null, in \`values\`.`;
    return refused(lossOf('user-yaml', what, remedy));
  }
  const remedy = `Correct ${userFile}, and hand it over in \`values\`.`;
  const text = files['user.yaml'] ?? '';
  if (typeof text !== 'string') return refused(lossOf('user-yaml', `${userFile} is no text.`, remedy));
  const read = readSettings([{ name: userFile, text }]);
  if (!read.known) return refused(lossOf('user-yaml', read.reason, remedy));
  return new Carrier(question, new UserFile(question, text, read.value)).run();
}
