{{/* The address of a member by its number. */}}
{{- define "backend.member" -}}
{{ include "common.name" .top }}-{{ .index }}.{{ include "common.name" .top }}:{{ .top.Values.port }}
{{- end }}

{{/* The replica set's configuration as JSON. An even number of votes could split in halves: beside an arbiter the last
     of an odd number of members does not vote. */}}
{{- define "backend.config" -}}
{{- $members := int .Values.members -}}
{{- $list := list -}}
{{- range $i := until $members -}}
  {{- $member := dict "_id" $i "host" (include "backend.member" (dict "top" $ "index" $i)) -}}
  {{- if and $.Values.arbiter.enabled (gt $members 1) (eq (mod $members 2) 1) (eq $i (int (sub $members 1))) -}}
    {{- $_ := merge $member (dict "votes" 0 "priority" 0) -}}
  {{- end -}}
  {{- $list = append $list $member -}}
{{- end -}}
{{- if .Values.arbiter.enabled -}}
  {{- $host := printf "%s-arbiter-0.%s:%d" (include "common.name" .) (include "common.name" .) (int .Values.port) -}}
  {{- $list = append $list (dict "_id" $members "host" $host "arbiterOnly" true) -}}
{{- end -}}
{{- dict "_id" .Values.replicaSet "members" $list | toJson -}}
{{- end }}
