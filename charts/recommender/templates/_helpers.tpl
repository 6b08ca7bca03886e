{{- define "recommender.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 30 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What tells this release's pods from others': never changes, selectors stand on it. */}}
{{- define "recommender.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "recommender.labels" -}}
{{ include "recommender.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: "songkin"
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "recommender.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- $digest := "" -}}
{{- with .Values.image.digest }}{{ $digest = printf "@%s" . }}{{ end -}}
{{- printf "%s:%s%s" .Values.image.repository $tag $digest -}}
{{- end -}}

{{- define "recommender.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "recommender.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The labels of the public Milvus chart's pods. */}}
{{- define "recommender.milvusSelector" -}}
app.kubernetes.io/name: "milvus"
app.kubernetes.io/instance: {{ .Values.milvus.release | quote }}
{{- end -}}

{{- define "recommender.milvusNamespace" -}}
{{- .Values.milvus.namespace | default .Release.Namespace -}}
{{- end -}}
