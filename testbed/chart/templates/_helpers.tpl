{{/* The table of this line of versions: switches and components. */}}
{{- define "milvus.line" -}}
{{ .Files.Get "line.json" }}
{{- end }}

{{- define "milvus.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "milvus.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $long := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $long .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* A dependency's objects are named after the release, and after the release alone where that already holds the name. */}}
{{- define "milvus.dependency" -}}
{{ ternary .release (printf "%s-%s" .release .name) (contains .name .release) }}
{{- end }}

{{- define "milvus.selector" -}}
app.kubernetes.io/name: {{ include "milvus.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "milvus.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "milvus.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "milvus.serviceAccount" -}}
{{ default (ternary "milvus" "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{/*
Message queue of a standalone Milvus. From 5.0.0 on, a release that is already there keeps what its Deployment says, and
rocksmq if it says nothing, for as long as the values leave the default.
*/}}
{{- define "milvus.standaloneQueue" -}}
{{- $line := include "milvus.line" . | fromJson }}
{{- $queue := .Values.standalone.messageQueue }}
{{- if and $line.switches.standaloneQueueLookup (eq $queue "woodpecker") (ne (int .Release.Revision) 1) }}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-standalone" (include "milvus.fullname" .)) }}
{{- if $live }}
{{- $queue = dig "metadata" "annotations" "milvus.io/message-queue" "" $live | default "rocksmq" }}
{{- end }}
{{- end }}
{{- $queue }}
{{- end }}

{{/* Pod settings that a component may set for itself and otherwise inherits. */}}
{{- define "milvus.scheduling" -}}
{{- $own := .own }}
{{- $all := .all }}
{{- range $key := list "nodeSelector" "affinity" "tolerations" }}
{{- with default (get $all $key) (get $own $key) }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Everything of a Milvus pod but its scheduling. Arguments: root, component, own (its values), port, portName, run,
scratch (where an emptyDir goes, or nothing), standalone. */}}
{{- define "milvus.pod" -}}
{{- $values := .root.Values }}
{{- $switches := (include "milvus.line" .root | fromJson).switches }}
{{- $custom := and $switches.customConfigMap $values.customConfigMap }}
serviceAccountName: {{ include "milvus.serviceAccount" .root }}
{{- if $switches.configTool }}
initContainers:
  - name: config
    image: {{ printf "%s:%s" $values.image.tools.repository $values.image.tools.tag }}
    imagePullPolicy: {{ $values.image.tools.pullPolicy }}
    command: [/cp, '/run-helm.sh,/merge', '/milvus/tools/run-helm.sh,/milvus/tools/merge']
    volumeMounts:
      - { name: tools, mountPath: /milvus/tools }
{{- else if $switches.toolsVolume }}
initContainers:
{{- end }}
containers:
  - name: {{ .component }}
    image: {{ printf "%s:%s" $values.image.all.repository $values.image.all.tag }}
    imagePullPolicy: {{ $values.image.all.pullPolicy }}
    args: {{ concat (ternary (list "/milvus/tools/run-helm.sh") list $switches.configTool) (list "milvus" "run") .run | toJson }}
    env:
    {{- if and $switches.streamingEnvironment $values.streaming.enabled }}
      - { name: MILVUS_STREAMING_SERVICE_ENABLED, value: '1' }
    {{- end }}
    {{- with .own.extraEnv }}
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
    {{- with .port }}
      - name: {{ $.portName }}
        containerPort: {{ . | int }}
        protocol: TCP
    {{- end }}
      - name: metrics
        containerPort: 9091
        protocol: TCP
    {{- if $values.livenessProbe.enabled }}
    livenessProbe:
      {{- if eq $switches.liveness "tcp" }}
      tcpSocket: { port: metrics }
      {{- else }}
      httpGet: { path: /healthz, port: metrics }
      {{- end }}
      {{- omit $values.livenessProbe "enabled" | toYaml | nindent 6 }}
    {{- end }}
    {{- if $values.readinessProbe.enabled }}
    readinessProbe:
      httpGet: { path: /healthz, port: metrics }
      {{- omit $values.readinessProbe "enabled" | toYaml | nindent 6 }}
    {{- end }}
    resources: {{ .own.resources | default dict | toJson }}
    volumeMounts:
    {{- if $custom }}
      - { name: milvus-config, mountPath: /milvus/configs/user.yaml, subPath: milvus.yaml, readOnly: true }
    {{- else if eq $switches.configKey "milvus.yaml" }}
      - { name: milvus-config, mountPath: /milvus/configs/milvus.yaml, subPath: milvus.yaml, readOnly: true }
    {{- else }}
      - { name: milvus-config, mountPath: /milvus/configs/default.yaml, subPath: default.yaml, readOnly: true }
      - { name: milvus-config, mountPath: /milvus/configs/user.yaml, subPath: user.yaml, readOnly: true }
    {{- end }}
    {{- if .standalone }}
      - name: milvus-data-disk
        mountPath: {{ $values.standalone.persistence.mountPath }}
        subPath: {{ $values.standalone.persistence.persistentVolumeClaim.subPath }}
    {{- end }}
    {{- if .scratch }}
      - { name: disk, mountPath: {{ .scratch }} }
    {{- end }}
    {{- if $switches.toolsVolume }}
      - { name: tools, mountPath: /milvus/tools }
    {{- end }}
volumes:
  - name: milvus-config
    configMap:
      name: {{ ternary $values.customConfigMap (include "milvus.fullname" .root) (not (empty $custom)) }}
  {{- if .standalone }}
  - name: milvus-data-disk
    {{- if $values.standalone.persistence.enabled }}
    persistentVolumeClaim:
      claimName: {{ default (include "milvus.fullname" .root | trunc 58) $values.standalone.persistence.persistentVolumeClaim.existingClaim }}
    {{- else }}
    emptyDir: {}
    {{- end }}
  {{- end }}
  {{- if .scratch }}
  - name: disk
    emptyDir: {}
  {{- end }}
  {{- if $switches.toolsVolume }}
  - name: tools
    emptyDir: {}
  {{- end }}
{{- with include "milvus.scheduling" (dict "own" .own "all" $values) }}
{{- . }}
{{- end }}
{{- end }}

{{/* A Deployment of Milvus. Arguments: those of milvus.pod, replicas (a line or nothing), strategy, annotations. */}}
{{- define "milvus.deployment" -}}
{{- $root := .root }}
{{- $switches := (include "milvus.line" $root | fromJson).switches }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "milvus.fullname" $root }}-{{ .component }}
  {{- if $switches.namespaced }}
  namespace: {{ $root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "milvus.labels" $root | nindent 4 }}
    component: {{ .component }}
    {{- with $root.Values.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- with merge (.annotations | default dict) $root.Values.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with .replicas }}
  {{ . }}
  {{- end }}
  {{- with .strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "milvus.selector" $root | nindent 6 }}
      component: {{ .component }}
  template:
    metadata:
      labels:
        {{- include "milvus.selector" $root | nindent 8 }}
        component: {{ .component }}
        {{- with $root.Values.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
        {{- if $switches.componentAnnotations }}
        {{- with .own.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- end }}
        {{- with $root.Values.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "milvus.pod" . | nindent 6 }}
{{- end }}
