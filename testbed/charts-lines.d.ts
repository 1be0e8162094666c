/** What holds at a chart version in a table of `{ first version: what holds from there on }`; null before the first. */
export function at<T>(table: Readonly<Record<string, T>>, version: string): T | null;

/** Whether a version lies in `{ from, to }`, both inclusive and both optional. */
export function within(range: { readonly from?: string; readonly to?: string }, version: string): boolean;
