{{/*
The pod that every workload runs. Arguments: root, component, args, resources, env, restart,
liveness and readiness (booleans).
*/}}
{{- define "recommender.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
metadata:
  labels:
    {{- include "recommender.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component | quote }}
    {{- range $name, $value := $values.podLabels }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- range $name, $value := . }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
  {{- end }}
spec:
  serviceAccountName: {{ include "recommender.serviceAccount" $root | quote }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  restartPolicy: {{ .restart }}
  # SIGTERM ends the step in hand within 10 seconds; the rest is for a slow node.
  terminationGracePeriodSeconds: 30
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . | quote }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: recommender
      image: {{ include "recommender.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args:
        {{- range .args }}
        - {{ . | quote }}
        {{- end }}
        - "--uri"
        - {{ $values.milvus.uri | quote }}
        {{- if $values.auth.secretName }}
        - "--token-file"
        - "/etc/songkin/token/token"
        {{- end }}
        {{- if $values.tls.caSecretName }}
        - "--ca-file"
        - "/etc/songkin/ca/ca.crt"
        {{- end }}
        - "--metrics-port"
        - {{ $values.metricsPort | quote }}
        - "--log-format"
        - {{ $values.logFormat | quote }}
      env:
        # Numeric libraries count the node's processors, not the pod's share of them.
        - name: OMP_NUM_THREADS
          valueFrom:
            resourceFieldRef:
              resource: limits.cpu
        - name: OPENBLAS_NUM_THREADS
          valueFrom:
            resourceFieldRef:
              resource: limits.cpu
        {{- with .env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: metrics
          containerPort: {{ $values.metricsPort }}
          protocol: TCP
      {{- if .liveness }}
      # A minute to load Python's libraries from a cold disk, then a minute without an answer.
      startupProbe:
        httpGet: {path: /healthz, port: metrics}
        periodSeconds: 3
        timeoutSeconds: 3
        failureThreshold: 20
      livenessProbe:
        httpGet: {path: /healthz, port: metrics}
        periodSeconds: 15
        timeoutSeconds: 5
        failureThreshold: 4
      {{- end }}
      {{- if .readiness }}
      readinessProbe:
        httpGet: {path: /readyz, port: metrics}
        periodSeconds: 15
        timeoutSeconds: 10
        failureThreshold: 2
      {{- end }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        privileged: false
        readOnlyRootFilesystem: true
        runAsNonRoot: true
        runAsUser: 10001
        capabilities:
          drop: [ALL]
        seccompProfile:
          type: RuntimeDefault
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $values.auth.secretName }}
        - name: token
          mountPath: /etc/songkin/token
          readOnly: true
        {{- end }}
        {{- if $values.tls.caSecretName }}
        - name: ca
          mountPath: /etc/songkin/ca
          readOnly: true
        {{- end }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "recommender.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.component | quote }}
    {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if $values.auth.secretName }}
    - name: token
      secret:
        secretName: {{ $values.auth.secretName | quote }}
        defaultMode: 0440
        items:
          - key: {{ $values.auth.key | quote }}
            path: token
    {{- end }}
    {{- if $values.tls.caSecretName }}
    - name: ca
      secret:
        secretName: {{ $values.tls.caSecretName | quote }}
        defaultMode: 0444
        items:
          - key: {{ $values.tls.key | quote }}
            path: ca.crt
    {{- end }}
{{- end -}}

{{/*
What a Job does with an end that is no success: a command it doesn't understand won't be
understood the next time either; a drained node is nobody's failure.
*/}}
{{- define "recommender.failures" -}}
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes:
        containerName: recommender
        operator: In
        values: [2]
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
{{- end -}}
