//! Records that have no room, damaged ones, and those that somebody else is at.

use super::{Bench, Step, scenarios};

scenarios! {
    a_pending_release_is_not_upgraded: [
        Ok("install a cm"),
        Damage("a", 1, "pending-upgrade"),
        Fails("upgrade a cm", "another operation (install/upgrade/rollback) is in progress"),
        Records("a", "1:pending-upgrade"),
        Says("list -q --pending", "a\n"),
    ]
    a_release_of_failures_only_is_upgraded: [
        Ok("install a cm"),
        Damage("a", 1, "failed"),
        Ok("upgrade a cm"),
        Records("a", "1:superseded 2:deployed"),
    ]
    a_release_in_an_unknown_state_is_not_listed: [
        Ok("install a cm"),
        Damage("a", 1, "unknown"),
        Silent("list -q", "a"),
        Says("status a", "STATUS: unknown"),
    ]
}

/// Bytes that do not compress.
fn noise(length: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(state % 64) as usize])
    };
    (0..length).map(|_| next()).collect()
}

/// The server would refuse it, too, but only after a namespace was made and old revisions were removed.
#[test]
fn a_record_without_room_is_told_with_what_takes_it_before_anything_is_changed() {
    let Some(bench) = Bench::new() else { return };
    bench.sandbox.write("cm/files/big.txt", noise(1_500_000));
    let too_long = "Secret \"sh.helm.release.v1.a.v1\" is invalid: data: Too long: may not be more than 1048576 bytes";
    bench.run(
        "a record without room",
        &[
            Step::Fails("install a cm -n @ns-new --create-namespace", too_long),
            Step::Gone("/api/v1/namespaces/@ns-new"),
            Step::Fails("install a cm", "files/big.txt of the chart"),
            Step::Records("a", ""),
            Step::Gone("configmaps/a"),
        ],
    );
}
