import type { OwnerFact } from '../facts.js';
import { names, type Check, type CheckContext } from './check.js';

/** A run that only waits for an unfinished rollout writes nothing that a controller could fight. */
const ownersIn = ({ inspection: { facts }, situation }: CheckContext, operator: boolean): readonly OwnerFact[] =>
  situation === 'rollout-unfinished'
    ? []
    : facts.owners.filter(({ owner }) => (owner === 'milvus-operator') === operator);

const titles: Readonly<Record<OwnerFact['owner'], string>> = {
  'argo-cd': 'Argo CD',
  flux: 'Flux',
  'milvus-operator': 'the Milvus operator',
};

const inWords = (owners: readonly OwnerFact[]): string =>
  names(
    owners.map(
      ({ owner, name, evidence, objects }) =>
        `${titles[owner]}${name === undefined ? '' : ` (${name})`} by ${evidence} on ${names(objects, 2)}`,
    ),
  );

/** Checks of who else looks after the release. */
export const ownerChecks: readonly Check[] = [
  {
    id: 'operator-managed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'The operator makes the Deployments from its own resource, and would undo what Helm writes.',
    source: 'https://github.com/zilliztech/milvus-operator/blob/main/docs/administration/upgrade.md',
    find: (context) => {
      const owners = ownersIn(context, true);
      return owners.length === 0
        ? undefined
        : {
            seen: `Workloads of the release are managed by ${inWords(owners)}.`,
            remedy: 'Upgrade through the Milvus resource of the operator, not through Helm.',
          };
    },
  },
  {
    id: 'gitops-owner',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'A controller that keeps the objects as they stand in Git would take the upgrade back, or write between its steps.',
    source: 'https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-self-healing',
    find: (context) => {
      const owners = ownersIn(context, false);
      return owners.length === 0
        ? undefined
        : {
            seen: `Workloads of the release are kept by ${inWords(owners)}.`,
            remedy:
              'Change the version in Git instead; or suspend the Application, HelmRelease or Kustomization, allow this check, and bring Git to the same version before it is resumed.',
          };
    },
  },
];
