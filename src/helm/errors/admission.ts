import { group, oneLine, afterFailure, roleRemedy, objectIn } from './row.js';
import type { ErrorRow } from './row.js';

/** What the cluster does not allow: quota, admission, permissions. */
export const admissionRows: readonly ErrorRow[] = [
  {
    id: 'quota-exceeded',
    pattern:
      /exceeded quota: ([^,\s]+)(?:, requested: (.+?), used: (.+?), limited: (\S+))?|failed quota: ([^\s:]+): (.*)/,
    say: (match, call, text) => ({
      what:
        group(match, 5) === ''
          ? `ResourceQuota ${group(match, 1)} of namespace ${call.namespace} is used up for ${objectIn(text)}: requested ${group(match, 2)}, used ${group(match, 3)}, limited ${group(match, 4)}.`
          : `ResourceQuota ${group(match, 5)} of namespace ${call.namespace} refused ${objectIn(text)}: ${oneLine(group(match, 6))}.`,
      remedy: `Raise the quota or free what is not needed in the namespace. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'admission-denied',
    pattern:
      /(?:admission webhook "([^"]+)"|ValidatingAdmissionPolicy '([^']+)'(?: with binding '[^']*')?) denied (?:the )?request(?:: ([\s\S]*))?/,
    say: (match, call, text) => ({
      what: `The cluster's ${group(match, 1) === '' ? `admission policy ${group(match, 2)}` : `admission webhook ${group(match, 1)}`} denied ${objectIn(text)}${group(match, 3) === '' ? '' : `: ${oneLine(group(match, 3))}`}.`,
      remedy: `Change the values so that the policy is kept, or ask the cluster's administrators for an exception. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'admission-webhook-unreachable',
    pattern: /failed calling webhook "([^"]+)"/,
    say: (match, call) => ({
      what: `The API server could not ask the admission webhook ${group(match, 1)}, and without its answer it accepts nothing.`,
      remedy: `The service behind the webhook is down or unreachable from the API server; repair it. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'missing-permission',
    pattern: /attempting to grant RBAC permissions not currently held:\s*([\s\S]*)/,
    say: (match, _call, text) => ({
      what: `The chart has ${objectIn(text) === 'an object' ? 'a Role' : objectIn(text)} with rules that the account of this run does not hold itself: ${oneLine(group(match, 1))}.`,
      why: 'Kubernetes lets nobody grant more than they have (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).',
      remedy: roleRemedy,
    }),
  },
  {
    id: 'missing-permission',
    pattern:
      /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]*)"| at the cluster scope)?/,
    say: (match) => ({
      what: `The account ${group(match, 1)} may not ${group(match, 2)} ${group(match, 3)}${group(match, 4) === '' ? '' : `.${group(match, 4)}`} ${group(match, 5) === '' ? 'at cluster scope' : `in namespace ${group(match, 5)}`}.`,
      remedy: roleRemedy,
    }),
  },
];
