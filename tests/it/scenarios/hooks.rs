//! Hooks: when they run, in which order, what happens when they fail, what is left of them. And `test`.

use super::scenarios;

scenarios! {
    hooks_run_around_an_install: [
        Ok("install a hooks --timeout 60s"),
        Has("jobs/a-pre-install", "/status/succeeded", "1"),
        Has("jobs/a-post-install", "/status/succeeded", "1"),
        Gone("jobs/a-pre-upgrade"),
        Field("a", 1, "/info/status", "deployed"),
    ]
    hooks_run_around_an_upgrade: [
        Ok("install a hooks --no-hooks"),
        Gone("jobs/a-pre-install"),
        Ok("upgrade a hooks --timeout 60s"),
        Has("jobs/a-pre-upgrade", "/status/succeeded", "1"),
        Has("jobs/a-post-upgrade", "/status/succeeded", "1"),
    ]
    hooks_run_around_a_rollback: [
        Ok("install a hooks --no-hooks"),
        Ok("upgrade a hooks --no-hooks --set msg=two"),
        Ok("rollback a 1 --timeout 60s"),
        Has("jobs/a-pre-rollback", "/status/succeeded", "1"),
        Has("jobs/a-post-rollback", "/status/succeeded", "1"),
    ]
    hooks_run_around_an_uninstall: [
        Ok("install a hooks --no-hooks"),
        Ok("uninstall a --timeout 60s"),
        Has("jobs/a-pre-delete", "/status/succeeded", "1"),
        Has("jobs/a-post-delete", "/status/succeeded", "1"),
    ]
    a_hook_that_fails_before_the_install_leaves_no_objects: [
        Fails("install a hooks --set fail=pre-install --timeout 60s", "INSTALLATION FAILED: failed pre-install: "),
        Records("a", "1:failed"),
        Gone("configmaps/a"),
    ]
    a_hook_that_fails_after_the_install_leaves_them: [
        Fails("install a hooks --set fail=post-install --timeout 60s", "INSTALLATION FAILED: failed post-install: "),
        Records("a", "1:failed"),
        Has("configmaps/a", "/data/msg", "one"),
    ]
    a_hook_that_fails_before_the_upgrade_changes_nothing: [
        Ok("install a hooks --no-hooks"),
        Fails("upgrade a hooks --set fail=pre-upgrade,msg=two --timeout 60s", "UPGRADE FAILED: pre-upgrade hooks failed: "),
        Records("a", "1:deployed 2:failed"),
        Has("configmaps/a", "/data/msg", "one"),
    ]
    a_hook_that_fails_around_a_rollback_leaves_it_pending: [
        Ok("install a hooks --no-hooks --set fail=pre-rollback"),
        Ok("upgrade a hooks --no-hooks"),
        Fails("rollback a 1 --timeout 60s", "resource Job/@ns/a-pre-rollback not ready. status: Failed"),
        Records("a", "1:superseded 2:deployed 3:pending-rollback"),
    ]
    a_hook_that_fails_before_the_uninstall_stops_it: [
        Ok("install a hooks --no-hooks --set fail=pre-delete"),
        Fails("uninstall a --timeout 60s", "a-pre-delete not ready. status: Failed"),
        Has("configmaps/a", "/data/msg", "one"),
        Ok("uninstall a --no-hooks"),
        Records("a", ""),
    ]
    hooks_go_when_they_succeeded: [
        Ok("install a hooks --set policy=hook-succeeded --timeout 60s"),
        Gone("jobs/a-pre-install"),
        Gone("jobs/a-post-install"),
    ]
    hooks_stay_when_only_failed_ones_go: [
        Ok("install a hooks --set policy=hook-failed --timeout 60s"),
        Has("jobs/a-pre-install", "/status/succeeded", "1"),
    ]
    a_failed_hook_goes_by_its_policy: [
        Fails("install a hooks --set policy=hook-failed,fail=pre-install --timeout 60s", "failed pre-install"),
        Gone("jobs/a-pre-install"),
    ]
    an_old_hook_makes_way_for_the_new_one: [
        Ok("install a hooks --no-hooks"),
        Ok("upgrade a hooks --timeout 60s"),
        Ok("upgrade a hooks --set msg=two --timeout 60s"),
        Has("jobs/a-pre-upgrade", "/status/succeeded", "1"),
        Records("a", "1:superseded 2:superseded 3:deployed"),
    ]
    logs_of_hooks_are_shown_by_their_policy: [
        Warns("install a hooks --set logs=hook-succeeded --timeout 60s", "msg=\"log of pre-install\""),
        Records("a", "1:deployed"),
    ]
    logs_of_a_failed_hook_are_shown_by_its_policy: [
        Fails("install a hooks --set logs=hook-failed,fail=pre-install --timeout 60s", "msg=\"log of pre-install\""),
    ]
    hooks_are_no_part_of_the_manifest_and_are_not_owned: [
        Ok("install a hooks --timeout 60s"),
        Silent("get manifest a", "kind: Job"),
        Says("get hooks a", "name: a-pre-install"),
        Lacks("jobs/a-pre-install", "/metadata/labels/app.kubernetes.io~1managed-by"),
    ]
    hooks_run_by_weight_then_by_name: [
        Fails("install a order --set bad=b", "failed pre-install"),
        Has("configmaps/a-early", "/metadata/name", "a-early"),
        Has("configmaps/a-a", "/metadata/name", "a-a"),
        Gone("configmaps/a-late"),
        Ok("upgrade a order --reset-values"),
        Has("configmaps/a-late", "/metadata/name", "a-late"),
    ]
    tests_run_and_are_recorded: [
        Ok("install a tests"),
        Gone("pods/a-one"),
        Says("test a --timeout 60s", "TEST SUITE:     a-two"),
        Says("status a", "Phase:          Succeeded"),
        Has("pods/a-one", "/status/phase", "Succeeded"),
    ]
    a_test_that_fails_is_an_error: [
        Ok("install a tests --set fail=two"),
        Fails("test a --timeout 60s", "a-two not ready. status: Failed"),
        Says("status a", "Phase:          Failed"),
    ]
    tests_are_picked_by_name: [
        Ok("install a tests --set fail=two"),
        Ok("test a --filter name=a-one --timeout 60s"),
        Gone("pods/a-two"),
        Ok("test a --filter !name=a-two --timeout 60s"),
        Ok("test a --filter name=nosuch --timeout 60s"),
    ]
    logs_of_tests_are_shown_on_request: [
        Ok("install a tests"),
        Says("test a --logs --timeout 60s", "POD LOGS: a-one (c)\nsays one\n"),
    ]
    a_release_that_is_not_there_is_not_tested: [
        Fails("test a", "Error: release: not found"),
    ]
}
