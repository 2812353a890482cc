//! Definitions in `crds/`: made once as Helm does, or as `--crds` says.

use super::scenarios;

const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.@ns.example.com";

/// The definition with a short name more.
const NEWER: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.@ns.example.com}
spec:
  group: @ns.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wg]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

/// The definition with another version instead of its own.
const OTHER: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.@ns.example.com}
spec:
  group: @ns.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
  - name: v2
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

scenarios! {
    definitions_come_before_their_objects: [
        Ok("install a crds"),
        Has("widgets/a", "/spec/size", "1"),
        Has(PATH, "/spec/names/kind", "Widget"),
    ]
    definitions_outlive_the_release: [
        Ok("install a crds"),
        Ok("uninstall a"),
        Gone("widgets/a"),
        Has(PATH, "/spec/names/kind", "Widget"),
    ]
    an_upgrade_leaves_definitions_alone: [
        Ok("install a crds"),
        Write("crds/crds/widget.yaml", NEWER),
        Ok("upgrade a crds"),
        Lacks(PATH, "/spec/names/shortNames"),
    ]
    definitions_are_skipped_on_request: [
        Fails("install a crds --skip-crds", "no matches for kind \"Widget\""),
        Ok("install a crds --crds=skip --set object=false"),
        Records("a", "1:deployed"),
        Gone(PATH),
    ]
    an_upgrade_makes_missing_definitions_on_request: [
        Ok("install a crds --skip-crds --set object=false"),
        Ok("upgrade a crds --crds=create --set object=true"),
        Has("widgets/a", "/spec/size", "1"),
    ]
    an_upgrade_brings_definitions_up_to_date_on_request: [
        Ok("install a crds"),
        Write("crds/crds/widget.yaml", NEWER),
        Ok("upgrade a crds --crds=apply"),
        Has(PATH, "/spec/names/shortNames/0", "wg"),
        Has("widgets/a", "/spec/size", "1"),
    ]
    a_version_that_still_stores_objects_is_not_dropped: [
        Ok("install a crds"),
        Write("crds/crds/widget.yaml", OTHER),
        Fails("upgrade a crds --crds=apply", "drops version v1, in which the cluster still stores objects"),
        Has(PATH, "/spec/versions/0/name", "v1"),
        Records("a", "1:deployed"),
    ]
    words_for_definitions_that_are_none_are_refused: [
        Fails("install a crds --crds=maybe", "must be one of skip, create, apply"),
        Fails("install a crds --crds=apply --skip-crds", "if any flags in the group [skip-crds crds] are set none of the others can be"),
    ]
    an_object_changes_with_its_release: [
        Ok("install a crds"),
        Ok("upgrade a crds --set size=3"),
        Has("widgets/a", "/spec/size", "3"),
        Ok("rollback a 1"),
        Has("widgets/a", "/spec/size", "1"),
    ]
    an_object_changes_by_patches_too: [
        Ok("install a crds --server-side=false"),
        Ok("upgrade a crds --set size=3"),
        Has("widgets/a", "/spec/size", "3"),
    ]
    a_kind_that_is_gone_does_not_block_an_upgrade: [
        Ok("install a crds --set size=2"),
        Delete(PATH),
        Gone("/apis/@ns.example.com/v1"),
        Ok("upgrade a crds --set object=false"),
        Records("a", "1:superseded 2:deployed"),
        Ok("uninstall a"),
    ]
}
