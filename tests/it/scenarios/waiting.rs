//! Waiting until objects are ready, and not waiting.

use super::scenarios;

scenarios! {
    without_wait_a_release_is_deployed_at_once: [
        Ok("install a app --set outcome=pending"),
        Records("a", "1:deployed"),
    ]
    with_wait_it_is_deployed_when_all_is_ready: [
        Ok("install a app --wait --timeout 60s"),
        Has("deployments/a", "/status/readyReplicas", "1"),
        Records("a", "1:deployed"),
    ]
    with_wait_it_fails_when_time_is_up: [
        Fails("install a app --set outcome=pending --wait --timeout 2s", "resource Deployment/@ns/a not ready. status: InProgress"),
        Records("a", "1:failed"),
        Has("deployments/a", "/metadata/name", "a"),
    ]
    an_upgrade_that_does_not_get_ready_fails: [
        Ok("install a app"),
        Fails("upgrade a app --set outcome=pending --wait --timeout 2s", "context deadline exceeded"),
        Records("a", "1:deployed 2:failed"),
    ]
    an_upgrade_that_does_not_get_ready_is_rolled_back_on_request: [
        Ok("install a app --wait --timeout 60s"),
        Fails("upgrade a app --set outcome=pending --rollback-on-failure --timeout 3s", "has been rolled back"),
        Records("a", "1:superseded 2:failed 3:deployed"),
    ]
    a_rollback_waits_too: [
        Ok("install a app --set outcome=pending"),
        Ok("upgrade a app --set outcome=run --wait --timeout 60s"),
        Fails("rollback a 1 --wait --timeout 2s", "release a failed: resource Deployment/@ns/a not ready"),
        Records("a", "1:superseded 2:deployed 3:failed"),
    ]
    helm_3s_way_of_waiting_is_there: [
        Ok("install a app --wait=legacy --timeout 60s"),
        Fails("upgrade a app --set outcome=pending --wait=legacy --timeout 2s", "context deadline exceeded"),
    ]
    a_truth_for_wait_is_an_old_word: [
        Warns("install a app --wait=true --timeout 60s", "--wait=true is deprecated (boolean value) and can be replaced with --wait=watcher"),
        Warns("upgrade a app --wait=false", "--wait=false is deprecated"),
        Fails("upgrade a app --wait=maybe", "invalid wait input \"maybe\". Valid inputs are watcher, hookOnly, and legacy"),
    ]
    jobs_are_waited_for_on_request: [
        Ok("install a job --wait --wait-for-jobs --timeout 60s"),
        Has("jobs/a", "/status/succeeded", "1"),
    ]
    a_failed_job_fails_who_waits_for_it: [
        Fails("install a job --set outcome=fail --wait --wait-for-jobs --timeout 60s", "resource Job/@ns/a not ready. status: Failed"),
        Records("a", "1:failed"),
    ]
    a_time_that_is_none_is_refused: [
        Fails("install a cm --timeout soon", "invalid argument \"soon\" for \"--timeout\" flag: time: invalid duration \"soon\""),
        Warns("install a cm --wait --timeout -1s", "Timeout for context shall not be negative"),
    ]
    no_replicas_are_ready_at_once: [
        Ok("install a app --set replicas=0 --wait --timeout 60s"),
        Records("a", "1:deployed"),
    ]
}
