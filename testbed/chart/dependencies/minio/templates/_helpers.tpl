{{- define "minio.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- default (ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name)) .Values.fullnameOverride }}
{{- end }}

{{- define "minio.selector" -}}
app: {{ default .Chart.Name .Values.nameOverride }}
release: {{ .Release.Name }}
{{- end }}

{{- define "minio.labels" -}}
{{ include "minio.selector" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
heritage: {{ .Release.Service }}
{{- end }}

{{- define "minio.pod" -}}
{{- $name := include "minio.fullname" . }}
{{- $secret := default $name .Values.existingSecret }}
metadata:
  name: {{ $name }}
  labels:
    {{- include "minio.selector" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/secrets: {{ include (print .Template.BasePath "/secret.yaml") . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ $name }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: minio
      image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [/bin/sh, -ce, /usr/bin/docker-entrypoint.sh minio server /export]
      volumeMounts:
        - { name: export, mountPath: /export }
      ports:
        - { name: http, containerPort: 9000 }
      livenessProbe:
        httpGet: { path: /minio/health/live, port: http, scheme: HTTP }
      readinessProbe:
        tcpSocket: { port: http }
      startupProbe:
        tcpSocket: { port: http }
        failureThreshold: 60
      env:
        - name: MINIO_ACCESS_KEY
          valueFrom: { secretKeyRef: { name: {{ $secret }}, key: accesskey } }
        - name: MINIO_SECRET_KEY
          valueFrom: { secretKeyRef: { name: {{ $secret }}, key: secretkey } }
      resources: {{ .Values.resources | default dict | toJson }}
  volumes:
    - name: minio-user
      secret: { secretName: {{ $secret }} }
    {{- if not .Values.persistence.enabled }}
    - name: export
      emptyDir: {}
    {{- else if eq .Values.mode "standalone" }}
    - name: export
      persistentVolumeClaim: { claimName: {{ default $name .Values.persistence.existingClaim }} }
    {{- end }}
{{- end }}

{{- define "minio.claim" -}}
accessModes: [{{ .Values.persistence.accessMode }}]
{{- with .Values.persistence.storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .Values.persistence.size }}
{{- end }}
