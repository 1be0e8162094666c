{{/* One set of templates for both lines: 2.7.8 (Pulsar 2) and 3.3.0 (Pulsar 3, which has a service account per component). */}}
{{- define "pulsar.three" -}}
{{ ternary "yes" "" (semverCompare ">=3.0.0" .Chart.Version) }}
{{- end }}

{{- define "pulsar.name" -}}
{{ default .Chart.Name .Values.nameOverride }}
{{- end }}

{{- define "pulsar.fullname" -}}
{{- $name := include "pulsar.name" . }}
{{- default (ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name)) .Values.fullnameOverride }}
{{- end }}

{{- define "pulsar.labels" -}}
app: {{ include "pulsar.name" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
release: {{ .Release.Name }}
heritage: {{ .Release.Service }}
cluster: {{ include "pulsar.fullname" . }}
{{- end }}

{{- define "pulsar.selector" -}}
app: {{ include "pulsar.name" . }}
release: {{ .Release.Name }}
{{- end }}

{{/* Everything that differs between the five components. */}}
{{- define "pulsar.components" -}}
zookeeper:
  image: zookeeper
  ports: { http: 8000, client: 2181, follower: 2888, leader-election: 3888 }
  volumes: [data]
  mount: /pulsar/data
  live: { exec: { command: [bin/pulsar-zookeeper-ruok.sh] } }
  ready: { exec: { command: [bin/pulsar-zookeeper-ruok.sh] } }
bookkeeper:
  image: bookie
  ports: { bookie: 3181, http: 8000 }
  volumes: [journal, ledgers]
  mount: /pulsar/data/bookkeeper
  init: [pulsar-bookkeeper-verify-clusterid]
  live: { httpGet: { path: /api/v1/bookie/state, port: 8000 } }
  ready: { httpGet: { path: /api/v1/bookie/is_ready, port: 8000 } }
autorecovery:
  image: autorecovery
  ports: { http: 8000 }
  init: [pulsar-bookkeeper-verify-clusterid]
broker:
  image: broker
  ports: { http: 8080, pulsar: 6650 }
  init: [wait-zookeeper-ready, wait-bookkeeper-ready]
  live: { httpGet: { path: /status.html, port: 8080 } }
  ready: { httpGet: { path: /status.html, port: 8080 } }
proxy:
  image: proxy
  init: [wait-zookeeper-ready, wait-broker-ready]
{{- end }}

{{- define "pulsar.serviceAccount" -}}
{{- if eq .component "broker" }}
{{- printf "%s-broker-acct" .fullname }}
{{- else if .three }}
{{- printf "%s-%s" .fullname .component }}
{{- end }}
{{- end }}
