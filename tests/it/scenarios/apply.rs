//! How objects get into the cluster: by the server or by patches, whose fields they are, whom they belong to.

use super::scenarios;

scenarios! {
    the_server_applies_and_knows_whose_fields_they_are: [
        Ok("install a cm"),
        Has("configmaps/a", "/metadata/managedFields/0/manager", "helm"),
        Has("configmaps/a", "/metadata/managedFields/0/operation", "Apply"),
    ]
    the_client_patches_on_request: [
        Ok("install a cm --server-side=false"),
        Has("configmaps/a", "/metadata/managedFields/0/operation", "Update"),
        Field("a", 1, "/apply_method", "csa"),
    ]
    a_release_goes_on_as_it_began_until_told_otherwise: [
        Ok("install a cm --server-side=false"),
        Ok("upgrade a cm --set data.a=2"),
        Field("a", 2, "/apply_method", "csa"),
        Ok("upgrade a cm --set data.a=3 --server-side=true"),
        Field("a", 3, "/apply_method", "ssa"),
        Ok("upgrade a cm --set data.a=4"),
        Field("a", 4, "/apply_method", "ssa"),
        Has("configmaps/a", "/data/a", "4"),
    ]
    a_rollback_takes_the_method_of_its_target: [
        Ok("install a cm"),
        Ok("upgrade a cm --server-side=false --set data.a=2"),
        Ok("rollback a 1"),
        Field("a", 3, "/apply_method", "ssa"),
    ]
    fields_that_the_chart_drops_go_when_the_server_applies: [
        Ok("install a cm --set data.b=2"),
        Ok("upgrade a cm --reset-values"),
        Lacks("configmaps/a", "/data/b"),
    ]
    fields_that_the_chart_drops_go_when_the_client_patches: [
        Ok("install a cm --set data.b=2 --server-side=false"),
        Ok("upgrade a cm --reset-values"),
        Lacks("configmaps/a", "/data/b"),
    ]
    fields_go_that_were_patched_before_the_server_applied: [
        Ok("install a cm --set data.b=2 --server-side=false"),
        Ok("upgrade a cm --reset-values --server-side=true"),
        Lacks("configmaps/a", "/data/b"),
    ]
    what_others_added_stays_when_the_server_applies: [
        Ok("install a cm"),
        Change("configmaps/a", r#"{"data": {"theirs": "x"}}"#),
        Ok("upgrade a cm --set data.a=2"),
        Has("configmaps/a", "/data/theirs", "x"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    what_others_added_stays_when_the_client_patches: [
        Ok("install a cm --server-side=false"),
        Change("configmaps/a", r#"{"data": {"theirs": "x"}}"#),
        Ok("upgrade a cm --set data.a=2"),
        Has("configmaps/a", "/data/theirs", "x"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    a_field_that_another_changed_is_a_conflict: [
        Ok("install a cm"),
        Change("configmaps/a", r#"{"data": {"a": "theirs"}}"#),
        Fails("upgrade a cm --set data.a=2", "conflict occurred while applying object @ns/a /v1, Kind=ConfigMap"),
        Has("configmaps/a", "/data/a", "theirs"),
        Records("a", "1:deployed 2:failed"),
    ]
    a_conflict_is_won_by_force: [
        Ok("install a cm"),
        Change("configmaps/a", r#"{"data": {"a": "theirs"}}"#),
        Ok("upgrade a cm --set data.a=2 --force-conflicts"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    the_client_patches_over_what_another_changed: [
        Ok("install a cm --server-side=false"),
        Change("configmaps/a", r#"{"data": {"a": "theirs"}}"#),
        Ok("upgrade a cm --set data.a=2"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    an_object_that_somebody_deleted_is_made_again: [
        Ok("install a cm"),
        Delete("configmaps/a"),
        Ok("upgrade a cm"),
        Has("configmaps/a", "/data/revision", "2"),
    ]
    an_object_that_somebody_deleted_is_no_reason_not_to_uninstall: [
        Ok("install a cm"),
        Delete("configmaps/a"),
        Ok("uninstall a"),
        Records("a", ""),
    ]
    an_object_of_somebody_else_is_not_taken: [
        Make("configmaps/a", r#"{"data": {"a": "theirs"}}"#),
        Fails("install a cm", "ConfigMap \"a\" in namespace \"@ns\" exists and cannot be imported into the current release: \
            invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set \
            to \"Helm\""),
        Has("configmaps/a", "/data/a", "theirs"),
        Records("a", ""),
    ]
    an_object_of_another_release_is_not_taken: [
        Ok("install a cm"),
        Fails("install b cm --set name=a", "annotation validation error: key \"meta.helm.sh/release-name\" must equal \"b\": \
            current value is \"a\""),
        Ok("install b cm"),
        Fails("upgrade b cm --set name=a", "unable to continue with update"),
        Records("b", "1:deployed"),
    ]
    an_object_is_taken_over_on_request: [
        Make("configmaps/a", r#"{"data": {"a": "theirs"}}"#),
        Ok("install a cm --take-ownership --force-conflicts"),
        Has("configmaps/a", "/data/a", "1"),
        Has("configmaps/a", "/metadata/annotations/meta.helm.sh~1release-name", "a"),
        Ok("uninstall a"),
        Gone("configmaps/a"),
    ]
    a_replacement_writes_the_whole_object: [
        Ok("install a cm --server-side=false"),
        Change("configmaps/a", r#"{"data": {"theirs": "x"}}"#),
        Ok("upgrade a cm --set data.a=2 --force-replace --server-side=false"),
        Lacks("configmaps/a", "/data/theirs"),
    ]
    a_replacement_and_the_server_do_not_go_together: [
        Ok("install a cm"),
        Fails("upgrade a cm --force-replace", "cannot use server-side apply and force replace together"),
        Fails("upgrade a cm --force-replace --force-conflicts", "if any flags in the group [force-replace force-conflicts] \
            are set none of the others can be"),
        Records("a", "1:deployed 2:failed"),
    ]
    a_field_that_is_none_is_refused_by_the_server: [
        Write("odd/Chart.yaml", "apiVersion: v2\nname: odd\nversion: 0.1.0\n"),
        Write("odd/templates/s.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\nnosuch: 1\n"),
        Fails("install odd odd", "failed for object @ns/odd /v1, Kind=ConfigMap"),
        Records("odd", "1:failed"),
    ]
    a_field_that_is_none_is_a_warning_when_the_client_patches: [
        Write("odd/Chart.yaml", "apiVersion: v2\nname: odd\nversion: 0.1.0\n"),
        Write("odd/templates/s.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\nnosuch: 1\n"),
        Warns("install odd odd --server-side=false", "unknown field"),
        Records("odd", "1:deployed"),
    ]
    a_kind_that_is_none_is_told_before_anything_is_recorded: [
        Write("odd/Chart.yaml", "apiVersion: v2\nname: odd\nversion: 0.1.0\n"),
        Write("odd/templates/s.yaml", "apiVersion: nosuch.example.com/v1\nkind: Odd\nmetadata: {name: odd}\n"),
        Fails("install odd odd", "resource mapping not found for name: \"odd\" namespace: \"\" from \"\": no matches for \
            kind \"Odd\" in version \"nosuch.example.com/v1\""),
        Records("odd", ""),
    ]
    a_list_is_its_items: [
        Write("list/Chart.yaml", "apiVersion: v2\nname: list\nversion: 0.1.0\n"),
        Write("list/templates/l.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, \
            metadata: {name: one}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}\n"),
        Ok("install a list"),
        Has("configmaps/one", "/metadata/labels/app.kubernetes.io~1managed-by", "Helm"),
        Ok("uninstall a"),
        Gone("configmaps/two"),
    ]
}
