{{/* The name of the message queue as this line of versions writes it; where two queues are on, it is written twice. */}}
{{- define "milvus.queueName" -}}
{{- if eq .switches.configQueueName "both" }}
mq:
  type: {{ .queue }}
{{- end }}
{{- if ne .switches.configQueueName "none" }}
messageQueue: {{ .queue }}
{{- end }}
{{- end }}

{{- define "milvus.config" -}}
{{- $line := include "milvus.line" . | fromJson }}
{{- $switches := $line.switches }}
{{- $release := .Release.Name }}
{{- $etcd := include "milvus.dependency" (dict "release" $release "name" .Values.etcd.name) }}
etcd:
  endpoints:
  {{- if .Values.externalEtcd.enabled }}
    {{- toYaml .Values.externalEtcd.endpoints | nindent 4 }}
  {{- else if eq $switches.etcdEndpoints "pods" }}
  {{- range $i := until (int .Values.etcd.replicaCount) }}
    - {{ printf "%s-%d.%s-headless.%s.svc.%s:%v" $etcd $i $etcd $.Release.Namespace $.Values.etcd.clusterDomain $.Values.etcd.service.port }}
  {{- end }}
  {{- else }}
    - {{ $etcd }}:{{ .Values.etcd.service.port }}
  {{- end }}
  {{- if $switches.configRootPath }}
  rootPath: {{ .Values.metadata.rootPath }}
  metaSubPath: meta
  kvSubPath: kv
  {{- end }}
metastore:
  type: etcd
{{- $s3 := .Values.externalS3 }}
minio:
  {{- if $s3.enabled }}
  address: {{ $s3.host }}
  port: {{ $s3.port }}
  {{- else }}
  {{- $s3 = .Values.minio }}
  address: {{ include "milvus.dependency" (dict "release" $release "name" .Values.minio.name) }}
  port: {{ .Values.minio.service.port }}
  {{- end }}
  accessKeyID: {{ $s3.accessKey }}
  secretAccessKey: {{ $s3.secretKey }}
  useSSL: {{ ternary .Values.externalS3.useSSL false .Values.externalS3.enabled }}
  bucketName: {{ $s3.bucketName }}
  rootPath: {{ $s3.rootPath }}
  useIAM: {{ $s3.useIAM }}
{{- $woodpecker := and .Values.woodpecker .Values.woodpecker.enabled }}
{{- $pulsar := dict }}
{{- if .Values.externalPulsar.enabled }}
{{- $pulsar = dict "host" .Values.externalPulsar.host "port" .Values.externalPulsar.port "size" .Values.externalPulsar.maxMessageSize }}
{{- else if .Values.pulsar.enabled }}
{{- $pulsar = dict "name" .Values.pulsar.name "port" .Values.pulsar.proxy.ports.pulsar "size" .Values.pulsar.maxMessageSize }}
{{- else if $woodpecker }}
{{- include "milvus.queueName" (dict "switches" $switches "queue" "woodpecker") }}
{{- else if and .Values.pulsarv3 .Values.pulsarv3.enabled }}
{{- $pulsar = dict "name" .Values.pulsarv3.name "port" .Values.pulsarv3.proxy.ports.pulsar "size" .Values.pulsarv3.broker.configData.maxMessageSize }}
{{- end }}
{{- with $pulsar }}
{{- include "milvus.queueName" (dict "switches" $switches "queue" "pulsar") }}
pulsar:
  {{- if .host }}
  address: {{ .host }}
  authPlugin: {{ $.Values.externalPulsar.authPlugin }}
  authParams: {{ $.Values.externalPulsar.authParams }}
  tenant: {{ $.Values.externalPulsar.tenant | quote }}
  namespace: {{ $.Values.externalPulsar.namespace }}
  {{- else }}
  address: {{ include "milvus.dependency" (dict "release" $release "name" .name) }}-proxy
  {{- end }}
  port: {{ .port }}
  maxMessageSize: {{ .size }}
{{- end }}
{{- if or .Values.externalKafka.enabled .Values.kafka.enabled }}
{{- include "milvus.queueName" (dict "switches" $switches "queue" "kafka") }}
kafka:
  {{- with .Values.externalKafka }}
  {{- if .enabled }}
  brokerList: {{ .brokerList }}
  securityProtocol: {{ .securityProtocol }}
  saslMechanisms: {{ .sasl.mechanisms }}
  saslUsername: {{ .sasl.username }}
  saslPassword: {{ .sasl.password }}
  {{- else }}
  brokerList: {{ include "milvus.dependency" (dict "release" $release "name" $.Values.kafka.name) }}:{{ $.Values.kafka.service.ports.client }}
  {{- end }}
  {{- end }}
{{- end }}
{{- if not .Values.cluster.enabled }}
{{- if has .Values.standalone.messageQueue $switches.standaloneQueues }}
{{- include "milvus.queueName" (dict "switches" $switches "queue" (include "milvus.standaloneQueue" .)) }}
{{- with .Values.standalone.rocksmq }}
rocksmq:
  path: {{ $.Values.standalone.persistence.mountPath }}/rdb_data
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $component := $line.components }}
{{- if eq $component.kind "coordinator" }}
{{- $own := get $.Values $component.values }}
{{ $component.config }}:
  address: {{ ternary (printf "%s-%s" (include "milvus.fullname" $) $name) "localhost" $.Values.cluster.enabled }}
  port: {{ $own.service.port }}
  {{- if ne $switches.activeStandby "none" }}
  {{- $mix := and (eq $switches.activeStandby "mixture") $.Values.mixCoordinator.enabled $.Values.mixCoordinator.activeStandby.enabled }}
  enableActiveStandby: {{ or $own.activeStandby.enabled (not (empty $mix)) }}
  {{- end }}
{{- end }}
{{- end }}
proxy:
  port: 19530
log:
  level: {{ .Values.log.level }}
{{- with .Values.authorization }}
common:
  security:
    authorizationEnabled: {{ .enabled }}
{{- end }}
{{- if $switches.configWoodpecker }}
woodpecker:
  storage:
    type: {{ .Values.streaming.woodpecker.storage.type }}
    rootPath: {{ ternary "/woodpecker/data" "/var/lib/milvus/wp" .Values.cluster.enabled }}
{{- end }}
{{- end }}
