//! The charts of the scenarios, small and steered by values.

use crate::kit::Sandbox;

/// Path and text. `@ns` stands for the scenario's namespace (so that cluster-wide names do not clash).
const FILES: &[(&str, &str)] = &[
    // cm: one ConfigMap, or two
    ("cm/Chart.yaml", "apiVersion: v2\nname: cm\nversion: 0.1.0\nappVersion: \"1.0\"\n"),
    ("cm/values.yaml", "data: {a: \"1\"}\nname: \"\"\nsecond: false\nkeep: \"\"\nbroken: false\n"),
    (
        "cm/templates/cm.yaml",
        r#"{{ if .Values.broken }}{{ fail "broken on purpose" }}{{ end }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ default .Release.Name .Values.name }}
  annotations: {from: {{ .Chart.Name }}{{ with .Values.keep }}, helm.sh/resource-policy: {{ . }}{{ end }}}
data:
  {{- range $k, $v := .Values.data }}
  {{ $k }}: {{ $v | quote }}
  {{- end }}
  revision: {{ .Release.Revision | quote }}
{{ if .Values.second }}---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-second}
{{ end }}"#,
    ),
    ("cm/templates/NOTES.txt", "Release {{ .Release.Name }}, revision {{ .Release.Revision }}.\n"),
    // app: a Deployment, a Service, a ConfigMap
    ("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: \"2.0\"\n"),
    ("app/values.yaml", "replicas: 1\noutcome: run\nport: 80\nextra: false\n"),
    (
        "app/templates/all.yaml",
        r"apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  progressDeadlineSeconds: 5
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations: {fake.node/outcome: {{ .Values.outcome }}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: c, image: registry.example.com/app}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: {{ .Values.port }}}]
{{ if .Values.extra }}---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-extra}
{{ end }}",
    ),
    // job: one Job that ends as told
    ("job/Chart.yaml", "apiVersion: v2\nname: job\nversion: 0.1.0\n"),
    ("job/values.yaml", "outcome: succeed\n"),
    (
        "job/templates/job.yaml",
        r"apiVersion: batch/v1
kind: Job
metadata: {name: {{ .Release.Name }}}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {fake.node/outcome: {{ .Values.outcome }}}}
    spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: c, image: registry.example.com/job}]}
",
    ),
    // hooks: a ConfigMap and a Job at every event
    ("hooks/Chart.yaml", "apiVersion: v2\nname: hooks\nversion: 0.1.0\n"),
    ("hooks/values.yaml", "fail: \"\"\npolicy: \"\"\nlogs: \"\"\nmsg: one\n"),
    (
        "hooks/templates/hooks.yaml",
        r#"{{- range $event := list "pre-install" "post-install" "pre-upgrade" "post-upgrade" "pre-rollback" "post-rollback" "pre-delete" "post-delete" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-{{ $event }}
  annotations:
    helm.sh/hook: {{ $event }}
    {{- with $.Values.policy }}
    helm.sh/hook-delete-policy: {{ . }}
    {{- end }}
    {{- with $.Values.logs }}
    helm.sh/hook-output-log-policy: {{ . }}
    {{- end }}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations:
        fake.node/outcome: {{ if eq $.Values.fail $event }}fail{{ else }}succeed{{ end }}
        fake.node/logs: "log of {{ $event }}\n"
    spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: c, image: registry.example.com/hook}]}
{{- end }}
"#,
    ),
    (
        "hooks/templates/cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {msg: {{ .Values.msg }}}\n",
    ),
    // order: hooks by weight and name, of a kind that is ready at once
    ("order/Chart.yaml", "apiVersion: v2\nname: order\nversion: 0.1.0\n"),
    (
        "order/templates/hooks.yaml",
        r#"{{- range list (list "late" "5") (list "b" "0") (list "a" "0") (list "early" "-5") }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $.Release.Name }}-{{ index . 0 }}
  annotations: {helm.sh/hook: "pre-install,post-upgrade", helm.sh/hook-weight: {{ index . 1 | quote }}}
{{- if eq (index . 0) ($.Values.bad | default "") }}
nosuch: 1
{{- end }}
{{- end }}
"#,
    ),
    // tests: two test hooks
    ("tests/Chart.yaml", "apiVersion: v2\nname: tests\nversion: 0.1.0\n"),
    ("tests/values.yaml", "fail: \"\"\n"),
    ("tests/templates/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
    (
        "tests/templates/tests/pods.yaml",
        r#"{{- range list "one" "two" }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ $.Release.Name }}-{{ . }}
  annotations:
    helm.sh/hook: test
    fake.node/outcome: {{ if eq $.Values.fail . }}fail{{ else }}succeed{{ end }}
    fake.node/logs: "says {{ . }}\n"
spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: c, image: registry.example.com/test}]}
{{- end }}
"#,
    ),
    // crds: a definition and an object of it
    ("crds/Chart.yaml", "apiVersion: v2\nname: crds\nversion: 0.1.0\n"),
    ("crds/values.yaml", "size: 1\nobject: true\n"),
    ("crds/crds/widget.yaml", CRD),
    (
        "crds/templates/widget.yaml",
        r"{{ if .Values.object }}
apiVersion: @ns.example.com/v1
kind: Widget
metadata: {name: {{ .Release.Name }}}
spec: {size: {{ .Values.size }}}
{{ end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
",
    ),
    // schema: values that must be as they say
    ("schema/Chart.yaml", "apiVersion: v2\nname: schema\nversion: 0.1.0\n"),
    ("schema/values.schema.json", r#"{"type": "object", "properties": {"n": {"type": "integer"}}}"#),
    ("schema/templates/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
    // caps: what a template sees of the cluster
    ("caps/Chart.yaml", "apiVersion: v2\nname: caps\nversion: 0.1.0\n"),
    (
        "caps/templates/cm.yaml",
        r#"apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  found: {{ (lookup "v1" "ConfigMap" .Release.Namespace "other").data | default dict | toJson | quote }}
  apps: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  upgrade: {{ .Release.IsUpgrade | quote }}
  namespace: {{ .Release.Namespace }}
"#,
    ),
    // secret: a Secret
    ("secret/Chart.yaml", "apiVersion: v2\nname: secret\nversion: 0.1.0\n"),
    (
        "secret/templates/s.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {word: hushhush}\n",
    ),
];

/// The definition of Widgets, version v1.
pub const CRD: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.@ns.example.com}
spec:
  group: @ns.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
";

/// Writes all charts into a sandbox.
pub fn write(sandbox: &Sandbox, namespace: &str) {
    for (path, text) in FILES {
        sandbox.write(path, text.replace("@ns", namespace));
    }
}
