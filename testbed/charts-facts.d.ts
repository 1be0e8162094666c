export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

export interface Render {
  readonly version: string;
  readonly appVersion: string;
  readonly valueSet: string;
  readonly on: 'install' | 'upgrade';
}

export interface Outcome {
  readonly held: number;
  readonly differ: readonly string[];
}

export function outcome(...parts: readonly Outcome[]): Outcome;
export function checkRender(facts: object, render: Render, objects: readonly Rendered[]): Outcome;
export function checkDefaults(facts: object, chart: Pick<Render, 'version' | 'appVersion'>, values: unknown): Outcome;
export function checkJump(jump: object, before: readonly Rendered[], after: readonly Rendered[]): Outcome;
