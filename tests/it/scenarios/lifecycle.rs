//! install, upgrade, rollback, uninstall: what is recorded, what is refused.

use super::scenarios;

scenarios! {
    an_install_records_its_revision_and_owns_its_objects: [
        Says("install a cm", "STATUS: deployed\nREVISION: 1\nDESCRIPTION: Install complete\n"),
        Records("a", "1:deployed"),
        Field("a", 1, "/apply_method", "ssa"),
        Has("configmaps/a", "/metadata/labels/app.kubernetes.io~1managed-by", "Helm"),
        Has("configmaps/a", "/metadata/annotations/meta.helm.sh~1release-name", "a"),
    ]
    a_name_in_use_is_refused: [
        Ok("install a cm"),
        Fails("install a cm", "cannot reuse a name that is still in use"),
        Records("a", "1:deployed"),
    ]
    a_name_that_is_none_is_refused: [
        Fails("install A_b cm", "release name \"A_b\": invalid release name"),
        Records("A_b", ""),
    ]
    a_name_is_made_up_on_request: [
        Says("install cm --generate-name", "NAME: cm-"),
        Says("install cm --name-template x{{1}}", "NAME: x1"),
        Fails("install cm", "must either provide a name or specify --generate-name"),
        Fails("install a cm --generate-name", "cannot set --generate-name and also specify a name"),
    ]
    an_uninstalled_name_is_replaced: [
        Ok("install a cm"),
        Ok("uninstall a --keep-history"),
        Fails("install a cm", "cannot reuse a name"),
        Ok("install a cm --replace"),
        Records("a", "1:superseded 2:deployed"),
    ]
    an_own_description_is_kept: [
        Says("install a cm --description why", "DESCRIPTION: why"),
        Ok("upgrade a cm --description because"),
        Field("a", 2, "/info/description", "because"),
    ]
    an_upgrade_supersedes_the_revision_before: [
        Ok("install a cm"),
        Says("upgrade a cm --set data.a=2", "Release \"a\" has been upgraded. Happy Helming!"),
        Records("a", "1:superseded 2:deployed"),
        Has("configmaps/a", "/data/a", "2"),
        Field("a", 2, "/info/description", "Upgrade complete"),
    ]
    an_upgrade_of_nothing_is_refused: [
        Fails("upgrade a cm", "Error: UPGRADE FAILED: \"a\" has no deployed releases"),
        Records("a", ""),
    ]
    an_upgrade_may_install: [
        Says("upgrade -i a cm", "Release \"a\" does not exist. Installing it now."),
        Silent("upgrade -i a cm -o json", "Installing it now"),
        Records("a", "1:superseded 2:deployed"),
    ]
    an_upgrade_installs_again_what_was_uninstalled: [
        Ok("install a cm"),
        Ok("uninstall a --keep-history"),
        Says("upgrade -i a cm", "Installing it now."),
        Records("a", "1:superseded 2:deployed"),
    ]
    an_upgrade_drops_what_the_chart_no_longer_has: [
        Ok("install a cm --set second=true"),
        Has("configmaps/a-second", "/metadata/name", "a-second"),
        Ok("upgrade a cm --reset-values"),
        Gone("configmaps/a-second"),
    ]
    a_failed_upgrade_leaves_the_release_deployed: [
        Ok("install a app"),
        Fails("upgrade a app --set port=99999", "Error: UPGRADE FAILED: "),
        Records("a", "1:deployed 2:failed"),
        Ok("upgrade a app --set port=81"),
        Records("a", "1:superseded 2:failed 3:deployed"),
        Has("services/a", "/spec/ports/0/port", "81"),
    ]
    a_failed_install_is_upgraded: [
        Fails("install a app --set port=99999", "Error: INSTALLATION FAILED: "),
        Records("a", "1:failed"),
        Ok("upgrade a app --reset-values"),
        Records("a", "1:superseded 2:deployed"),
    ]
    a_template_that_fails_records_nothing: [
        Fails("install a cm --set broken=true", "broken on purpose"),
        Records("a", ""),
        Ok("install a cm"),
        Fails("upgrade a cm --set broken=true", "broken on purpose"),
        Records("a", "1:deployed"),
    ]
    a_failed_upgrade_rolls_back_on_request: [
        Ok("install a app"),
        Fails("upgrade a app --set port=99999 --rollback-on-failure --timeout 20s",
            "release a failed, and has been rolled back due to rollback-on-failure being set"),
        Records("a", "1:superseded 2:failed 3:deployed"),
        Has("services/a", "/spec/ports/0/port", "80"),
    ]
    a_failed_install_is_taken_back_on_request: [
        Fails("install a app --set port=99999 --rollback-on-failure --timeout 20s",
            "release a failed, and has been uninstalled due to rollback-on-failure being set"),
        Records("a", ""),
        Gone("deployments/a"),
    ]
    the_old_word_atomic_still_works: [
        Warns("install a cm --atomic --timeout 20s", "Flag --atomic has been deprecated, use --rollback-on-failure instead"),
        Records("a", "1:deployed"),
    ]
    what_a_failed_upgrade_made_is_cleaned_up_on_request: [
        Ok("install a app"),
        Fails("upgrade a app --set extra=true,port=99999 --cleanup-on-fail", "UPGRADE FAILED"),
        Gone("configmaps/a-extra"),
        Records("a", "1:deployed 2:failed"),
    ]
    a_rollback_is_a_new_revision: [
        Ok("install a cm"),
        Ok("upgrade a cm --set data.a=2"),
        Says("rollback a 1", "Rollback was a success! Happy Helming!"),
        Records("a", "1:superseded 2:superseded 3:deployed"),
        Field("a", 3, "/info/description", "Rollback to 1"),
        Has("configmaps/a", "/data/a", "1"),
    ]
    a_rollback_without_a_number_goes_one_back: [
        Ok("install a cm"),
        Ok("upgrade a cm --set data.a=2"),
        Ok("upgrade a cm --set data.a=3"),
        Ok("rollback a"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    a_rollback_to_nowhere_is_refused: [
        Ok("install a cm"),
        Fails("rollback a", "release has no 0 version"),
        Fails("rollback a 7", "release has no 7 version"),
        Fails("rollback a x", "could not convert revision to a number"),
        Fails("rollback b", "release: not found"),
        Records("a", "1:deployed"),
    ]
    a_rollback_of_a_dry_run_changes_nothing: [
        Ok("install a cm"),
        Ok("upgrade a cm --set data.a=2"),
        Ok("rollback a 1 --dry-run=client"),
        Records("a", "1:superseded 2:deployed"),
        Has("configmaps/a", "/data/a", "2"),
    ]
    an_uninstall_leaves_nothing: [
        Ok("install a app"),
        Says("uninstall a", "release \"a\" uninstalled\n"),
        Records("a", ""),
        Gone("deployments/a"),
        Gone("services/a"),
        Fails("uninstall a", "uninstall: Release not loaded: a: release: not found"),
    ]
    an_uninstall_keeps_the_history_on_request: [
        Ok("install a cm"),
        Ok("upgrade a cm"),
        Ok("uninstall a --keep-history"),
        Records("a", "1:superseded 2:uninstalled"),
        Fails("uninstall a --keep-history", "the release named \"a\" is already deleted"),
        Ok("uninstall a"),
        Records("a", ""),
    ]
    an_uninstalled_release_comes_back_by_a_rollback: [
        Ok("install a cm"),
        Ok("uninstall a --keep-history"),
        Ok("rollback a 1"),
        Records("a", "1:uninstalled 2:deployed"),
        Has("configmaps/a", "/data/a", "1"),
    ]
    an_uninstall_of_nothing_may_be_fine: [
        Says("uninstall a --ignore-not-found", "release \"a\" uninstalled"),
        Fails("uninstall a", "release: not found"),
    ]
    an_uninstall_of_several_stops_at_the_one_that_is_not_there: [
        Ok("install a cm"),
        Ok("install b cm"),
        Fails("uninstall a nosuch b", "Release not loaded: nosuch"),
        Records("a", ""),
        Records("b", "1:deployed"),
    ]
    an_uninstall_of_a_dry_run_changes_nothing: [
        Ok("install a cm"),
        Says("uninstall a --dry-run", "release \"a\" uninstalled"),
        Records("a", "1:deployed"),
        Has("configmaps/a", "/data/a", "1"),
    ]
    what_is_to_be_kept_outlives_the_release: [
        Ok("install a cm --set keep=keep"),
        Says("uninstall a", "These resources were kept due to the resource policy:\n[ConfigMap] a\n"),
        Has("configmaps/a", "/data/a", "1"),
        Records("a", ""),
    ]
    what_is_to_be_kept_outlives_its_place_in_the_chart: [
        Ok("install a cm --set keep=keep"),
        Ok("upgrade a cm --set name=other"),
        Has("configmaps/a", "/data/a", "1"),
        Has("configmaps/other", "/data/a", "1"),
    ]
    an_uninstall_waits_until_all_is_gone: [
        Ok("install a app --wait --timeout 60s"),
        Ok("uninstall a --wait --timeout 60s --cascade foreground"),
        Gone("deployments/a"),
        Fails("uninstall a --cascade sideways", "invalid cascade value (sideways)"),
    ]
    a_namespace_is_made_on_request: [
        Fails("install a cm -n @ns-new", "namespaces \"@ns-new\" not found"),
        Ok("install b cm -n @ns-new --create-namespace"),
        Has("/api/v1/namespaces/@ns-new", "/metadata/labels/name", "@ns-new"),
        Has("/api/v1/namespaces/@ns-new/configmaps/b", "/data/a", "1"),
    ]
}
