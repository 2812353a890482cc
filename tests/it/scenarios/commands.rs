//! Looking at releases, and trying without doing.

use super::scenarios;

scenarios! {
    a_list_shows_the_newest_revision_of_each: [
        Ok("install a cm"),
        Ok("upgrade a cm"),
        Ok("install b app"),
        Says("list -q", "a\nb\n"),
        Says("list -q -r", "b\na\n"),
        Says("list -q --date", "a\nb\n"),
        Says("list -o json", "\"revision\":\"2\""),
        Says("list -q --max 1", "a\n"),
        Silent("list -q --max 1", "b"),
        Says("list -q --offset 1", "b\n"),
    ]
    a_list_is_narrowed_by_state: [
        Ok("install a cm"),
        Fails("install b app --set port=99999", "INSTALLATION FAILED"),
        Ok("upgrade a cm"),
        Says("list -q", "a\nb\n"),
        Silent("list -q --deployed", "b"),
        Silent("list -q --failed", "a"),
        Says("list -q --superseded", "a\n"),
        Silent("list -q --uninstalled", "a"),
    ]
    a_list_is_narrowed_by_name_and_label: [
        Ok("install web cm --labels tier=front"),
        Ok("install db cm --labels tier=back"),
        Silent("list -q --filter ^w", "db"),
        Silent("list -q -l tier=front", "db"),
        Silent("list -q -l tier!=front", "web"),
        Says("list -q -l tier", "db\nweb\n"),
        Silent("list -q -l tier>3", "web"),
        Fails("list -l tier=front=x", "found '=', expected: ',' or 'end of string'"),
    ]
    a_list_goes_over_all_namespaces: [
        Ok("install only-@ns cm"),
        Says("list -A -q --filter only-@ns", "only-@ns\n"),
        Says("list -A --filter only-@ns --no-headers", "@ns"),
    ]
    a_history_has_every_revision: [
        Ok("install a cm"),
        Ok("upgrade a cm"),
        Ok("rollback a 1"),
        Says("history a", "Rollback to 1"),
        Says("history a -o json", "\"revision\":1,"),
        Silent("history a --max 1 -o json", "\"revision\":2,"),
        Fails("history b", "Error: release: not found"),
    ]
    a_history_is_cut_at_its_length: [
        Ok("install a cm"),
        Ok("upgrade a cm --history-max 2"),
        Ok("upgrade a cm --history-max 2"),
        Ok("upgrade a cm --history-max 2"),
        Records("a", "3:superseded 4:deployed"),
    ]
    a_history_is_not_cut_below_what_is_deployed: [
        Ok("install a app"),
        Fails("upgrade a app --set port=99999 --history-max 2", "UPGRADE FAILED"),
        Fails("upgrade a app --set port=99999 --history-max 2", "UPGRADE FAILED"),
        Records("a", "1:deployed 3:failed"),
    ]
    a_status_shows_the_live_objects: [
        Ok("install a app --wait --timeout 60s"),
        Says("status a", "==> v1/Deployment\n"),
        Says("status a", "==> v1/Pod(related)\n"),
        Says("status a -o json", "\"kind\":\"PodList\""),
        Says("status a", "STATUS: deployed\nREVISION: 1\n"),
        Fails("status b", "Error: release: not found"),
    ]
    a_status_of_an_old_revision: [
        Ok("install a cm"),
        Ok("upgrade a cm"),
        Says("status a --revision 1", "STATUS: superseded\nREVISION: 1\n"),
        Fails("status a --revision 7", "Error: release: not found"),
    ]
    the_parts_of_a_release_are_shown: [
        Ok("install a cm"),
        Says("get manifest a", "---\n# Source: cm/templates/cm.yaml\napiVersion: v1\nkind: ConfigMap\n"),
        Says("get notes a", "NOTES:\nRelease a, revision 1."),
        Says("get values a", "USER-SUPPLIED VALUES:\nnull\n"),
        Says("get metadata a", "NAME: a\nCHART: cm\nVERSION: 0.1.0\nAPP_VERSION: 1.0\n"),
        Says("get all a", "COMPUTED VALUES:\n"),
        Says("get all a --template {{.Release.Name}}", "a"),
        Fails("get all a --template {{", "template: _:1: unclosed action"),
        Fails("get all b", "Error: release: not found"),
    ]
    a_dry_run_on_the_client_touches_nothing: [
        Says("install a cm --dry-run=client", "HOOKS:\nMANIFEST:\n---\n# Source: cm/templates/cm.yaml\n"),
        Says("install a cm --dry-run=client", "STATUS: pending-install\nREVISION: 1\nDESCRIPTION: Dry run complete\n"),
        Records("a", ""),
        Gone("configmaps/a"),
    ]
    a_dry_run_on_the_server_finds_what_is_in_the_way: [
        Make("configmaps/a", r#"{"data": {}}"#),
        Fails("install a cm --dry-run=server", "exists and cannot be imported"),
        Records("a", ""),
    ]
    a_dry_run_of_an_upgrade_changes_nothing: [
        Ok("install a cm"),
        Says("upgrade a cm --set data.a=2 --dry-run=server", "a: \"2\""),
        Records("a", "1:deployed"),
        Has("configmaps/a", "/data/a", "1"),
    ]
    secrets_of_a_dry_run_are_hidden_on_request: [
        Says("install a secret --dry-run=client", "hushhush"),
        Says("install a secret --dry-run=client --hide-secret", "# HIDDEN: The Secret output has been suppressed"),
        Silent("install a secret --dry-run=client --hide-secret", "hushhush"),
        Fails("install a secret --hide-secret", "hiding Kubernetes secrets requires a dry-run mode"),
    ]
    old_words_for_a_dry_run_are_told: [
        Warns("install a cm --dry-run", "--dry-run is deprecated and should be replaced with '--dry-run=client'"),
        Warns("install a cm --dry-run=true", "boolean '--dry-run=true' flag is deprecated and must be replaced with '--dry-run=client'"),
        Fails("install a cm --dry-run=maybe", "invalid dry-run value (\"maybe\"). Must be \"none\", \"server\", or \"client\""),
    ]
    notes_are_hidden_on_request: [
        Says("install a cm", "NOTES:\nRelease a, revision 1.\n"),
        Silent("upgrade a cm --hide-notes", "NOTES:"),
        Says("get notes a", "revision 2"),
    ]
    a_chart_that_is_not_there: [
        Fails("install a ./nosuch", "path \"./nosuch\" not found"),
        Fails("install a nosuch", "non-absolute URLs should be in form of repo_name/path_to_chart, got: nosuch"),
    ]
}
