#!/bin/sh
# Manifests on standard input go through kustomize, with the kustomization of the cluster that the argument names.
set -eu
here=$(dirname "$0")
[ -f "$here/${1:?give the cluster: --post-renderer-args NAME}/kustomization.yaml" ]
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/$1/." "$work"
cat >"$work/all.yaml"
kustomize build "$work"
