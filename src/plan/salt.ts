import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.js';
import type { Inspection } from './facts.js';

/** The salt of all hashes in the plan: what only a reader of the release record has. */
export const saltOf = ({ record }: Pick<Inspection, 'record'>): Uint8Array =>
  createHash('sha256')
    .update(canonicalJson([record.manifest, record.userValues, record.lastDeployed]))
    .digest();
