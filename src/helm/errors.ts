import type { ProblemDetails } from '../problem.js';
import { admissionRows } from './errors/admission.js';
import { chartRows } from './errors/chart.js';
import { connectionRows } from './errors/connection.js';
import { objectRows } from './errors/objects.js';
import { releaseRows } from './errors/release.js';
import type { ErrorRow, HelmCall } from './errors/row.js';
import { waitingRows } from './errors/waiting.js';
import { errorText, presentable } from './stderr.js';

/** In the order of asking: a text can match several rows, and the one that knows most about the cause comes first. */
const table: readonly ErrorRow[] = [
  ...releaseRows,
  ...admissionRows,
  ...objectRows,
  ...connectionRows,
  ...chartRows,
  ...waitingRows,
];

/**
 * What Helm's standard error says, in our words, with what to do. Helm's exit code is 1 for nearly everything, so
 * the text decides; the patterns are of Helm 3.14 to 4.3 (https://github.com/helm/helm) and of the API server.
 * The text itself is in `raw` only, with quoted objects cut out of it.
 */
export function classifyHelmError(stderr: string, call: HelmCall): ProblemDetails {
  const text = errorText(stderr);
  const shown = presentable(stderr);
  const raw = shown === '' ? {} : { raw: shown };
  for (const { id, pattern, say } of table) {
    const match = pattern.exec(text);
    if (match !== null) return { id, ...say(match, call, text), ...raw };
  }
  return {
    id: 'helm-failed',
    what: `Helm ${call.version} ended the ${call.act} of release ${call.release} in namespace ${call.namespace} with an error that is not known here.`,
    remedy:
      'Read what Helm said below; `helm history` shows whether it wrote a revision. Run again once the cause is gone.',
    ...raw,
  };
}
