//! Definitions in `crds/`: made once as Helm does, or as `--crds` says.

use pintle_testkit::ControlPlane;

use super::scenarios;
use crate::kit::Sandbox;

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

/// A chart for Helm 2 has its definitions among the templates.
#[test]
fn definitions_among_templates_come_first_unless_called_as_helm() {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let definition = |version: &str, group: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/{version}\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.{group}\n  \
             annotations: {{helm.sh/hook: crd-install}}\nspec:\n  group: {group}\n  scope: Namespaced\n  \
             names: {{plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}}\n  \
             versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}]\n"
        )
    };
    for (called, sandbox) in [("pintle", Sandbox::new()), ("helm", Sandbox::as_helm())] {
        let namespace = api.namespace(&format!("crd-install-{called}")).expect("a namespace");
        let group = format!("{namespace}.example.com");
        let sandbox = sandbox.with_cluster(api.kubeconfig());
        let object = format!("apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: a}}\n");
        sandbox.write("c/Chart.yaml", "apiVersion: v1\nname: c\nversion: 0.1.0\n");
        sandbox.write("c/templates/a.yaml", definition("v1", &group));
        sandbox.write("c/templates/b.yaml", definition("v1beta1", &format!("old.{group}")));
        sandbox.write("c/templates/c.yaml", object);
        let run = sandbox.run(["install", "a", "c", "-n", &namespace]);
        if called == "helm" {
            assert!(run.stderr.contains("msg=\"skipping unknown hooks\" hookTypes=crd-install"), "{}", run.stderr);
            run.error_with("no matches for kind \"Widget\"");
            continue;
        }
        assert!(
            run.stderr.contains("no such version of definitions; it is left out\" path=c/templates/b.yaml"),
            "{}",
            run.stderr
        );
        run.ok();
        let live = format!("/apis/{group}/v1/namespaces/{namespace}/widgets/a");
        api.expect("GET", &live, None).expect("the object");
        sandbox.run(["upgrade", "a", "c", "-n", &namespace]).ok();
        sandbox.run(["uninstall", "a", "-n", &namespace]).ok();
        let definition = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{group}");
        api.expect("GET", &definition, None).expect("definitions outlive a release");
    }
}
