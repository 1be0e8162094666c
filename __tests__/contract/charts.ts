import type { Values } from '../../src/helm/port.js';

/** The suite's own charts: one template each, which Helm and the model render to the same text. */
export type ChartName = 'one' | 'two';

interface Chart {
  readonly version: string;
  readonly appVersion: string;
  readonly values: Values;
  readonly template: string;
}

const configuration = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-conf}
data: {text: {{ toJson .Values.text }}, chart: {{ toJson .Chart.Version }}}
`;

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-${name}, labels: {app: ${name}}}
spec:
  replicas: {{ toJson .Values.replicas }}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: {{ toJson .Values.image }}}]}
`;

const values = (tag: string): Values => ({ image: `registry.test/app:${tag}`, replicas: 1, text: 'as installed' });

/** The second drops a Deployment, brings another one, and has a new image. */
export const charts: Readonly<Record<ChartName, Chart>> = {
  one: {
    version: '1.0.0',
    appVersion: '1',
    values: values('1'),
    template: [configuration, deployment('web'), deployment('dropped')].join('---\n'),
  },
  two: {
    version: '2.0.0',
    appVersion: '2',
    values: values('2'),
    template: [configuration, deployment('web'), deployment('added')].join('---\n'),
  },
};

/** Files of a chart by path, for Helm. */
export const filesOf = (name: ChartName): Readonly<Record<string, string>> => {
  const { version, appVersion, values: defaults, template } = charts[name];
  return {
    'Chart.yaml': JSON.stringify({ apiVersion: 'v2', name: 'app', version, appVersion }),
    'values.yaml': JSON.stringify(defaults),
    'templates/all.yaml': template,
  };
};

/** What Helm's template engine makes of the few expressions above. */
export const rendered = (name: ChartName, release: string, given: Values): string => {
  const { version, values: defaults, template } = charts[name];
  const all: Values = { ...defaults, ...given };
  return template
    .replaceAll('{{ .Release.Name }}', release)
    .replaceAll('{{ toJson .Chart.Version }}', JSON.stringify(version))
    .replace(/\{\{ toJson \.Values\.(\w+) \}\}/g, (_, key: string) => JSON.stringify(all[key]));
};
