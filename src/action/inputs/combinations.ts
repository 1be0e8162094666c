import type { ToolChoice } from '../request.js';
import type { InputFault } from './definition.js';
import { isChartName } from './parse/address.js';
import { inputs, type InputName, type InputValues } from './table.js';

/** `given` says whether the input is not blank: a bad value is reported by itself, not as a missing one too. */
type Rule = (values: InputValues, given: (name: InputName) => boolean) => InputFault | undefined;

const towardsATarget: ReadonlySet<string> = new Set(['upgrade', 'plan']);

/** What several inputs say together. Rules look at well-formed values only, so one mistake is reported once. */
const RULES: readonly Rule[] = [
  ({ operation }, given) =>
    operation === undefined || !towardsATarget.has(operation) || given('target-version')
      ? undefined
      : {
          input: 'target-version',
          was: `empty, and \`operation\` is \`${operation}\``,
          accepted: inputs['target-version'].accepted,
        },
  ({ chart, repository }) =>
    chart === undefined || isChartName(chart) || repository === undefined || repository === inputs.repository.default
      ? undefined
      : {
          input: '`chart` and `repository`',
          was: 'given together, but this chart does not come from a repository',
          accepted: '`repository` with the name of a chart in it, or `chart` alone',
        },
  ({ chart }, given) =>
    chart?.startsWith('oci://') === true && !given('chart-version')
      ? {
          input: 'chart-version',
          was: 'empty, and `chart` is an OCI reference',
          accepted: inputs['chart-version'].accepted,
          why: 'An OCI registry has no index that says which chart belongs to which Milvus version.',
        }
      : undefined,
  (values) => checksum('helm', values['helm-version'], values['helm-checksum']),
  (values) => checksum('kubectl', values['kubectl-version'], values['kubectl-checksum']),
];

function checksum(tool: string, version: ToolChoice | undefined, sha256: string | undefined): InputFault | undefined {
  if (sha256 === undefined || version === undefined || version.kind === 'exact') return undefined;
  return {
    input: `\`${tool}-checksum\` and \`${tool}-version\``,
    was: 'given together, but the version is not an exact one',
    accepted: `\`${tool}-checksum\` with an exact \`${tool}-version\``,
    why:
      version.kind === 'path'
        ? 'With `path` nothing is downloaded, so nothing would be compared.'
        : 'A checksum belongs to one version; a range picks another one some day.',
  };
}

/** Everything that is wrong with the combination of inputs. */
export function combinationFaults(values: InputValues, given: (name: InputName) => boolean): readonly InputFault[] {
  return RULES.flatMap((rule) => rule(values, given) ?? []);
}
