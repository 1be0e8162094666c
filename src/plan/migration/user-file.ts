import { gte } from 'semver';
import { fateOf, rowSource, valueRows, type ValueRow } from '../../milvus/migration-values.js';
import type { ProblemDetails } from '../../problem.js';
import { lossOf, userFile, type CarryQuestion } from './question.js';
import { said, type Settings } from './settings.js';
import { addSettings } from './user-yaml.js';
import { userFileSince } from './value-settings.js';

/** A stored value that goes on having its effect by other means. */
export interface Carried {
  readonly key: string;
  /** Settings in extraConfigFiles.user.yaml, or the other key. */
  readonly to: readonly string[];
  readonly source: string;
}

/** How one setting ended. */
export type Settled =
  | { readonly carried: Carried; readonly notice?: string; readonly problem?: never }
  | { readonly problem: ProblemDetails };

/** The user's own configuration file, and what comes into it. */
export class UserFile {
  private readonly additions = new Map<string, string>();
  /** Pods of the installed chart get the file, so what it says is what runs. */
  private readonly runs: boolean;

  /**
   * @param text the file as it is stored
   * @param own the settings in it
   */
  constructor(
    private readonly question: CarryQuestion,
    private readonly text: string,
    private readonly own: Settings,
  ) {
    this.runs = gte(question.installed.version, userFileSince);
  }

  /** Adds the settings of a row, unless the file has them: what the user wrote wins where it runs. */
  settle(key: string, row: ValueRow, text: string, settings: readonly string[]): Settled {
    // What the chart wrote stands below the same setting in user.yaml, where pods get that file.
    const [wrote = ''] = row.sets;
    const own = said(this.own, wrote);
    const differs = own !== undefined && own !== text;
    const runs = differs && this.runs ? own : text;
    const against = settings.find((setting) => (said(this.own, setting) ?? runs) !== runs);
    if (against !== undefined || (differs && !this.runs)) {
      return {
        problem: lossOf(
          'value-contradiction',
          `The stored value ${key} and ${against ?? wrote} in ${userFile} contradict each other.`,
          `Which of them runs is seen in the live configuration: write that one into ${userFile} in \`values\`, for each of ${settings.join(' and ')}.`,
        ),
      };
    }
    for (const setting of settings) if (said(this.own, setting) === undefined) this.additions.set(setting, runs);
    return {
      carried: { key, to: settings, source: rowSource(row) },
      ...(differs ? { notice: `${key} had no effect: ${wrote} in ${userFile} counts above it, and stays.` } : {}),
    };
  }

  /**
   * Settings of the file that newer releases of Milvus read under another name.
   *
   * @param done keys that are settled already
   */
  otherNames(done: ReadonlySet<string>): readonly Settled[] {
    const { installed, target } = this.question;
    return valueRows.flatMap((row) => {
      const { carried, sets, value } = row;
      const found = fateOf(value, installed.version, target.version);
      const own = said(this.own, sets[0] ?? '');
      const other = carried.by === 'user.yaml' && carried.settings.length > 1 ? carried.settings : undefined;
      return other === undefined || own === undefined || !this.runs || done.has(value) || found?.row !== row
        ? []
        : [this.settle(`${sets[0] ?? ''} in ${userFile}`, row, own, other)];
    });
  }

  /** The new file; undefined where nothing is added. */
  written(): { readonly text: string; readonly problem?: never } | { readonly problem: ProblemDetails } | undefined {
    if (this.additions.size === 0) return undefined;
    const text = addSettings(this.text, [...this.additions]);
    return text === undefined
      ? {
          problem: lossOf(
            'user-yaml',
            `${userFile} has something else where ${[...this.additions.keys()].join(', ')} would have to stand.`,
            `Write these settings into ${userFile} in \`values\`.`,
          ),
        }
      : { text };
  }
}
