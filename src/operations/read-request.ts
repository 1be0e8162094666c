import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Job } from '../action/github.js';
import { loadInputs, type KnownCheck, type PathKind } from '../action/inputs/index.js';
import type { Request } from '../action/request.js';
import { overridableRouteIds } from '../milvus/routes/overridable.js';
import { checks } from '../plan/checks/table.js';

import { readGiven, type Given } from '../values/given.js';
import { pendingCheck } from './order.js';

/** Ids that the input `allow` may name, and those it knows but must not override. */
const knownChecks: readonly KnownCheck[] = [
  ...checks.map(({ id, overridable, severity }) => ({ id, overridable: overridable && severity === 'block' })),
  { id: pendingCheck, overridable: true },
  ...overridableRouteIds.map((id) => ({ id, overridable: true })),
];

function pathKind(path: string): PathKind | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'directory' : 'file';
}

/**
 * All inputs, parsed and validated, values included; everything that is wrong is reported together.
 *
 * @throws Problem (refused) `invalid-inputs`
 */
export function readRequest(
  getInput: (name: string) => string,
  job: Job,
): { readonly request: Request; readonly given: Given; readonly warnings: readonly string[] } {
  const at = (path: string): string => resolve(job.workspace, path);
  let read: ReturnType<typeof readGiven> | undefined;
  const request = loadInputs(
    getInput,
    {
      ...(job.kubeconfig === undefined ? {} : { kubeconfig: job.kubeconfig }),
      pathDelimiter: job.pathDelimiter,
      pathKind: (path) => pathKind(at(path)),
      checks: knownChecks,
    },
    [
      (inputs) => {
        read = readGiven({
          files: (inputs['values-files'] ?? []).map((name) => ({ name, text: readFileSync(at(name), 'utf8') })),
          inline: inputs.values ?? '',
          set: inputs.set ?? [],
        });
        return read.problems;
      },
    ],
  );
  if (read === undefined) throw new Error('the values were not read');
  return { request, given: read.given, warnings: read.warnings };
}
