//! What is kept is the same wherever it is kept: in Secrets, ConfigMaps, PostgreSQL, or (to be looked at only) in memory.

use std::process::Stdio;
use std::time::{Duration, Instant};

use pintle_testkit::Postgres;
use serde_json::{Value, json};

use super::{Bench, Step};

/// A bench whose records are where `driver` keeps them.
fn bench(driver: &str) -> Option<Bench> {
    let mut bench = Bench::new()?;
    bench.sandbox.set_env("HELM_DRIVER", driver);
    match driver {
        "configmap" => bench.records = "configmaps",
        "sql" => {
            let dsn = Postgres::shared_or_skip()?.database(&bench.namespace).expect("a database");
            bench.sandbox.set_env("HELM_DRIVER_SQL_CONNECTION_STRING", dsn);
        }
        _ => {}
    }
    Some(bench)
}

/// Each name becomes a module with a test for each driver that keeps what it is given.
macro_rules! drivers {
    ($($name:ident: [$($step:expr),* $(,)?])*) => {
        $(mod $name {
            use crate::scenarios::Step::*;
            fn run(driver: &str) {
                let Some(bench) = super::bench(driver) else { return };
                bench.run(&format!("{} in {driver}", stringify!($name)), &[$($step),*]);
            }
            #[test]
            fn in_secrets() {
                run("secret");
            }
            #[test]
            fn in_configmaps() {
                run("configmap");
            }
            #[test]
            fn in_postgresql() {
                run("sql");
            }
        })*
    };
}

drivers! {
    a_life_is_recorded: [
        Ok("install a cm"),
        Ok("upgrade a cm --set data.a=2"),
        Ok("rollback a 1"),
        Says("history a -o json", "\"revision\":3,"),
        Says("list -o json", "\"revision\":\"3\""),
        Says("get values a --revision 2 -o json", "{\"data\":{\"a\":2}}"),
        Has("configmaps/a", "/data/a", "1"),
        Ok("uninstall a --keep-history"),
        Says("list -q --uninstalled", "a\n"),
        Ok("uninstall a"),
        Fails("history a", "Error: release: not found"),
    ]
    a_history_is_cut: [
        Ok("install a cm"),
        Ok("upgrade a cm --history-max 2"),
        Ok("upgrade a cm --history-max 2"),
        Fails("status a --revision 1", "Error: release: not found"),
        Says("status a --revision 2", "STATUS: superseded"),
        Says("status a", "REVISION: 3"),
    ]
    labels_select: [
        Ok("install a cm --labels team=x"),
        Ok("install b cm"),
        Says("list -q -l team=x", "a\n"),
        Silent("list -q -l team=x", "b"),
        Ok("upgrade a cm --labels tier=1"),
        Says("get metadata a", "team=x,tier=1"),
    ]
    a_failure_is_recorded: [
        Ok("install a app"),
        Fails("upgrade a app --set port=99999", "UPGRADE FAILED"),
        Says("list --failed", "a"),
        Ok("upgrade a app"),
        Says("status a", "REVISION: 3"),
    ]
    hooks_are_recorded: [
        Ok("install a tests"),
        Ok("test a --timeout 60s"),
        Says("status a", "Phase:          Succeeded"),
    ]
    a_name_in_use_is_refused: [
        Ok("install a cm"),
        Fails("install a cm", "cannot reuse a name that is still in use"),
        Ok("uninstall a --keep-history"),
        Ok("install a cm --replace"),
        Says("status a", "REVISION: 2"),
    ]
}

#[test]
fn a_driver_that_is_none_is_told() {
    let Some(bench) = bench("nosuch") else { return };
    let run = bench.command("list");
    assert_eq!((run.code, run.stderr.trim()), (1, "level=INFO msg=\"unknown driver \\\"nosuch\\\"\""));
}

#[test]
fn a_database_that_does_not_answer_is_told() {
    let Some(mut bench) = Bench::new() else { return };
    bench.sandbox.set_env("HELM_DRIVER", "sql");
    bench.sandbox.set_env("HELM_DRIVER_SQL_CONNECTION_STRING", "postgres://a@127.0.0.1:1/x?sslmode=disable");
    let run = bench.command("list");
    let wanted =
        "level=INFO msg=\"unable to instantiate SQL driver: dial tcp 127.0.0.1:1: connect: connection refused\"";
    assert_eq!((run.code, run.stderr.trim()), (1, wanted));
    // who renders only has no use for it
    assert!(bench.sandbox.run(["template", "a", "cm"]).ok().contains("kind: ConfigMap"));
}

/// Helm's own migrations, by the names under which Helm looks for them.
#[test]
fn tables_in_postgresql_are_helms() {
    let Some(bench) = bench("sql") else { return };
    bench.run("tables", &[Step::Ok("install a cm --labels team=x"), Step::Ok("upgrade a cm")]);
    let server = Postgres::shared_or_skip().expect("a server");
    let dsn = server.database(&bench.namespace).expect("a database");
    let ask = |query: &str| server.psql(&dsn, query).expect("an answer");
    assert_eq!(ask("select id from gorp_migrations order by id"), "custom_labels\ninit");
    assert_eq!(
        ask("select key, type, name, namespace, version, status, owner from releases_v1 order by version"),
        format!(
            "sh.helm.release.v1.a.v1|helm.sh/release.v1|a|{0}|1|superseded|helm\n\
             sh.helm.release.v1.a.v2|helm.sh/release.v1|a|{0}|2|deployed|helm",
            bench.namespace
        )
    );
    assert_eq!(
        ask("select releasekey, key, value from custom_labels_v1 order by 1 limit 1"),
        "sh.helm.release.v1.a.v1|team|x"
    );
    assert_eq!(ask("select relrowsecurity from pg_class where relname = 'releases_v1'"), "t");
}

/// Fields that a later version may add, anywhere in a record, are still there after this one has written it.
#[test]
fn fields_of_later_versions_are_kept() {
    let Some(bench) = Bench::new() else { return };
    bench.run("install", &[Step::Ok("install a cm")]);
    let path = format!("/api/v1/namespaces/{}/secrets/sh.helm.release.v1.a.v1", bench.namespace);
    let mut object = bench.api.expect("GET", &path, None).expect("a record");
    let mut record = bench.releases("a").remove(0);
    record.extra.insert("novelty".to_owned(), json!({"x": 1}));
    record.info.extra.insert("mood".to_owned(), json!("fine"));
    record.chart["metadata"]["novelty"] = json!([1]);
    object["stringData"] = json!({"release": pintle_release::encode(&record).expect("encodes")});
    bench.api.expect("PUT", &path, Some(&object)).expect("written");
    bench.run(
        "upgrade",
        &[
            Step::Ok("upgrade a cm"),
            Step::Records("a", "1:superseded 2:deployed"),
            Step::Field("a", 1, "/novelty/x", "1"),
            Step::Field("a", 1, "/info/mood", "fine"),
            Step::Field("a", 1, "/chart/metadata/novelty/0", "1"),
        ],
    );
}

/// With data in a file, no cluster is needed to look at releases and to try commands.
mod in_memory {
    use super::*;
    use crate::kit::Sandbox;

    fn sandbox() -> Sandbox {
        let mut sandbox = Sandbox::as_helm();
        crate::scenarios::charts::write(&sandbox, "default");
        let chart = json!({"metadata": {"name": "cm", "version": "0.1.0", "apiVersion": "v2", "appVersion": "1.0"}});
        let record = |name: &str, version: i64, status: &str, namespace: &str| {
            json!({
                "name": name, "version": version, "namespace": namespace, "chart": chart, "config": {"data": {"a": version}},
                "info": {"status": status, "first_deployed": "2024-01-02T03:04:05Z", "last_deployed": "2024-01-02T03:04:05Z"},
                "manifest": "---\n# Source: cm/templates/cm.yaml\napiVersion: v1\nkind: ConfigMap\n",
            })
        };
        let data = json!([
            record("a", 1, "superseded", "default"),
            record("a", 2, "deployed", "default"),
            record("b", 1, "failed", "default"),
            record("far", 1, "deployed", "elsewhere"),
        ]);
        let file = sandbox.write("releases.yaml", data.to_string());
        sandbox.set_env("HELM_DRIVER", "memory");
        sandbox.set_env("HELM_MEMORY_DRIVER_DATA", file.to_string_lossy());
        sandbox
    }

    fn ok(line: &str) -> String {
        sandbox().run(line.split(' ')).ok()
    }

    #[test]
    fn releases_are_listed_by_namespace() {
        assert_eq!(ok("list -q"), "a\nb\n");
        assert_eq!(ok("list -q -n elsewhere"), "far\n");
        assert_eq!(ok("list -q -A"), "a\nb\nfar\n");
        assert_eq!(ok("list -q --failed"), "b\n");
    }

    #[test]
    fn a_history_is_shown() {
        let history: Value = serde_json::from_str(&ok("history a -o json")).expect("JSON");
        assert_eq!((&history[0]["status"], &history[1]["status"]), (&json!("superseded"), &json!("deployed")));
    }

    #[test]
    fn parts_are_shown() {
        assert_eq!(ok("get values a -o json"), "{\"data\":{\"a\":2}}\n");
        assert_eq!(ok("get values a --revision 1 -o json"), "{\"data\":{\"a\":1}}\n");
        assert!(ok("get manifest a").starts_with("---\n# Source: cm/templates/cm.yaml\n"));
        assert!(ok("status b").contains("STATUS: failed\n"));
    }

    #[test]
    fn commands_are_tried() {
        assert!(ok("install new cm").contains("STATUS: deployed\nREVISION: 1\n"));
        assert!(ok("upgrade a cm").contains("REVISION: 3\n"));
        assert_eq!(ok("rollback a 1"), "Rollback was a success! Happy Helming!\n");
        assert_eq!(ok("uninstall a"), "release \"a\" uninstalled\n");
    }

    #[test]
    fn refusals_are_those_of_a_cluster() {
        sandbox().run(["install", "a", "cm"]).error_with("cannot reuse a name that is still in use");
        sandbox().run(["rollback", "a", "7"]).error_with("release has no 7 version");
        sandbox().run(["status", "nosuch"]).error_with("Error: release: not found");
    }

    /// As Helm's `log.Fatal`: nothing but a record on stderr.
    #[test]
    fn a_file_that_cannot_be_read_is_told() {
        let mut sandbox = sandbox();
        sandbox.set_env("HELM_MEMORY_DRIVER_DATA", "/nonexistent.yaml");
        let run = sandbox.run(["list"]);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("/nonexistent.yaml"), "{}", run.stderr);
    }
}

/// The session's lock tells who works on a release, and is gone with the process.
#[cfg(unix)]
#[test]
fn a_killed_process_holds_nothing_in_postgresql() {
    let Some(bench) = bench("sql") else { return };
    let server = Postgres::shared_or_skip().expect("a server");
    let dsn = server.database(&bench.namespace).expect("a database");
    bench.run("before", &[Step::Ok("install a app")]);
    let args =
        ["upgrade", "a", "app", "--set", "outcome=pending", "--wait", "--timeout", "60s", "-n", &bench.namespace];
    let mut killed = bench.sandbox.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let begun =
        || server.psql(&dsn, "select status from releases_v1 where version = 2").is_ok_and(|s| s == "pending-upgrade");
    let end = Instant::now() + Duration::from_secs(30);
    while !begun() {
        assert!(Instant::now() < end, "no record of the upgrade");
        std::thread::sleep(Duration::from_millis(50));
    }
    let told = bench.command("upgrade a app").error();
    assert!(
        told.starts_with("Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n"),
        "{told}"
    );
    let note = server.psql(&dsn, "select key, value from custom_labels_v1").expect("a note");
    assert!(note.starts_with(&format!("owner|{} upgrade ", killed.id())), "{note}");
    killed.kill().expect("killed");
    killed.wait().expect("ends");
    bench.run(
        "after",
        &[
            Step::Warns("upgrade a app --wait --timeout 60s", "closing the record of an interrupted operation"),
            Step::Says("history a -o json", "\"revision\":2,"),
            Step::Says("history a -o json", "\"status\":\"failed\""),
            Step::Says("status a", "REVISION: 3"),
        ],
    );
    assert_eq!(server.psql(&dsn, "select count(*) from custom_labels_v1").expect("a count"), "0", "no notes are left");
}
