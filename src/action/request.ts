/** What the user asked for: all inputs, parsed and validated once by src/action/inputs/. Nothing else reads inputs. */

export type Operation = 'upgrade' | 'plan' | 'status' | 'rollback';
/** `auto` picks the path; only `helm` exists so far. */
export type PathChoice = 'auto' | 'helm';

/** An exact version, a range or `auto` to be resolved, or the program on PATH. */
export type ToolChoice =
  | { readonly kind: 'exact'; readonly version: string }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'auto' }
  | { readonly kind: 'path' };

export type Credentials =
  | { readonly kind: 'kubeconfig'; readonly content: string }
  | { readonly kind: 'token'; readonly server: string; readonly token: string; readonly certificateAuthority?: string }
  /** The job's KUBECONFIG: one path, or several separated as kubectl does. */
  | { readonly kind: 'environment'; readonly paths: readonly string[] };

export interface Request {
  readonly operation: Operation;
  readonly path: PathChoice;
  readonly release: string;
  readonly namespace: string;
  /** Without a leading v. Present for `plan` and `upgrade`. */
  readonly targetVersion?: string;
  readonly sourceVersion?: string;
  readonly chartVersion?: string;
  readonly chart: string;
  readonly repository: string;
  readonly image?: { readonly repository: string; readonly tag?: string };
  readonly credentials: Credentials;
  readonly context?: string;
  readonly allowExec: readonly string[];
  readonly helm: ToolChoice;
  readonly kubectl: ToolChoice;
  readonly helmChecksum?: string;
  readonly kubectlChecksum?: string;
  readonly toolMirrors: readonly string[];
  readonly timeoutMs: number;
  readonly allow: readonly string[];
  /** All hops of a route in one run, a health gate after each. */
  readonly multiHop: boolean;
  readonly planDigest?: string;
  /** After a failure: keep what is there, or return to what was, where that is truthful. */
  readonly onFailure: 'stop' | 'restore';
}
