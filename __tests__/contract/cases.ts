import { cutCases } from './cases/cut.js';
import { deploymentCases } from './cases/deployment.js';
import { leaseCases } from './cases/lease.js';
import { objectCases } from './cases/objects.js';
import { recordCases } from './cases/records.js';
import { rollbackCases } from './cases/rollback.js';
import { statefulSetCases } from './cases/stateful-set.js';
import { upgradeCases } from './cases/upgrade.js';
import { watchCases } from './cases/watch.js';
import type { Case } from './stage.js';

/** The contract: what the program relies upon in a cluster and in Helm, and what the model has to do as well. */
export const cases: readonly Case[] = [
  ...objectCases,
  ...watchCases,
  ...leaseCases,
  ...deploymentCases,
  ...statefulSetCases,
  ...upgradeCases,
  ...recordCases,
  ...cutCases,
  ...rollbackCases,
];
