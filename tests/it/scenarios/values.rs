//! Which values a revision gets, and what of them is recorded.

use super::scenarios;

scenarios! {
    what_the_user_set_is_recorded_and_nothing_else: [
        Ok("install a cm --set data.b=2"),
        Field("a", 1, "/config/data/b", "2"),
        Field("a", 1, "/chart/values/data/a", "1"),
        Says("get values a", "USER-SUPPLIED VALUES:\ndata:\n  b: 2\n"),
        Says("get values a --all -o json", "\"a\":\"1\""),
    ]
    an_upgrade_without_values_keeps_the_old_ones: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    an_upgrade_with_values_forgets_the_old_ones: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm --set data.b=3"),
        Has("configmaps/a", "/data/a", "1"),
        Has("configmaps/a", "/data/b", "3"),
    ]
    values_are_reset_on_request: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm --reset-values"),
        Has("configmaps/a", "/data/a", "1"),
        Field("a", 2, "/config", ""),
    ]
    values_are_reused_on_request: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm --reuse-values --set data.b=3"),
        Has("configmaps/a", "/data/a", "2"),
        Has("configmaps/a", "/data/b", "3"),
    ]
    reused_values_are_those_of_the_old_chart: [
        Ok("install a cm"),
        Write("cm/values.yaml", "data: {a: \"1\", new: \"x\"}\nname: \"\"\nsecond: false\nkeep: \"\"\nbroken: false\n"),
        Ok("upgrade a cm --reuse-values"),
        Lacks("configmaps/a", "/data/new"),
        Ok("upgrade a cm --reset-then-reuse-values"),
        Has("configmaps/a", "/data/new", "x"),
    ]
    values_are_reset_and_then_reused_on_request: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm --reset-then-reuse-values --set data.b=3"),
        Has("configmaps/a", "/data/a", "2"),
        Has("configmaps/a", "/data/b", "3"),
    ]
    a_null_takes_a_default_away: [
        Ok("install a cm --set data.a=null,data.b=2"),
        Lacks("configmaps/a", "/data/a"),
        Has("configmaps/a", "/data/b", "2"),
    ]
    a_rollback_brings_the_values_back: [
        Ok("install a cm --set data.a=2"),
        Ok("upgrade a cm --set data.a=3"),
        Ok("rollback a 1"),
        Says("get values a -o json", "{\"data\":{\"a\":2}}"),
    ]
    files_and_flags_are_layered: [
        Write("one.yaml", "data: {a: one, b: one, c: one}\n"),
        Write("two.yaml", "data: {b: two, c: two}\n"),
        Ok("install a cm -f one.yaml -f two.yaml --set data.c=three"),
        Has("configmaps/a", "/data/a", "one"),
        Has("configmaps/a", "/data/b", "two"),
        Has("configmaps/a", "/data/c", "three"),
    ]
    values_that_do_not_fit_the_schema_are_refused: [
        Fails("install a schema --set n=x", "values don't meet the specifications of the schema(s) in the following chart(s):"),
        Records("a", ""),
        Ok("install a schema --set n=1"),
        Fails("upgrade a schema --set n=x", "got string, want integer"),
        Ok("upgrade a schema --set n=x --skip-schema-validation"),
        Records("a", "1:superseded 2:deployed"),
    ]
    labels_are_kept_overlaid_and_taken_away: [
        Ok("install a cm --labels team=x,tier=1"),
        Label("a", 1, "team", "x"),
        Ok("upgrade a cm --labels tier=2,team=null"),
        Label("a", 2, "tier", "2"),
        Label("a", 2, "team", ""),
        Ok("rollback a 1"),
        Label("a", 3, "team", "x"),
    ]
    labels_of_helm_are_refused: [
        Fails("install a cm --labels owner=me", "user supplied labels contains system reserved label name. System labels: \
            [name owner status version createdAt modifiedAt]"),
        Records("a", ""),
    ]
    templates_see_the_cluster: [
        Make("configmaps/other", r#"{"data": {"x": "y"}}"#),
        Ok("install a caps"),
        Has("configmaps/a", "/data/found", "{\"x\":\"y\"}"),
        Has("configmaps/a", "/data/apps", "true"),
        Has("configmaps/a", "/data/upgrade", "false"),
        Ok("upgrade a caps"),
        Has("configmaps/a", "/data/upgrade", "true"),
    ]
    templates_of_a_dry_run_see_the_cluster_only_by_asking_it: [
        Make("configmaps/other", r#"{"data": {"x": "y"}}"#),
        Says("install a caps --dry-run=client", "found: \"{}\""),
        Says("install a caps --dry-run=server", r#"found: "{\"x\":\"y\"}""#),
        Records("a", ""),
    ]
}
