//! The process is killed at every API request of install, upgrade, rollback and uninstall, once before the server hears of
//! the request and once before the process hears of the answer. Then the next command must complete, with every object
//! that the release should have, and none that it should not.

use std::collections::BTreeSet;
use std::time::Duration;

use pintle_testkit::ControlPlane;
use pintle_testkit::fault::{Fault, Proxy, Rule};
use serde_json::Value;

use crate::kit::{Sandbox, skipped};

/// What one command is killed in, and what is tried afterwards.
struct Case {
    name: &'static str,
    /// Run first, undisturbed.
    before: &'static [&'static [&'static str]],
    /// Killed.
    killed: &'static [&'static str],
    /// The next command.
    next: &'static [&'static str],
    /// ConfigMaps that are there in the end, `all` being in every version of the chart.
    left: &'static [&'static str],
}

/// `%` is the release; one, two and three are versions of a chart, each with an object of its own.
const CASES: &[Case] = &[
    Case {
        name: "install",
        before: &[],
        killed: &["install", "%", "one"],
        next: &["upgrade", "--install", "%", "two"],
        left: &["all", "two"],
    },
    Case {
        name: "install-again",
        before: &[],
        killed: &["install", "%", "one"],
        next: &["install", "%", "two"],
        left: &["all", "two"],
    },
    Case {
        name: "upgrade",
        before: &[&["install", "%", "one"]],
        killed: &["upgrade", "%", "two"],
        next: &["upgrade", "%", "three"],
        left: &["all", "three"],
    },
    Case {
        name: "upgrade-back",
        before: &[&["install", "%", "one"]],
        killed: &["upgrade", "%", "two"],
        next: &["rollback", "%", "1"],
        left: &["all", "one"],
    },
    Case {
        name: "rollback",
        before: &[&["install", "%", "one"], &["upgrade", "%", "two"]],
        killed: &["rollback", "%", "1"],
        next: &["upgrade", "%", "three"],
        left: &["all", "three"],
    },
    Case {
        name: "uninstall",
        before: &[&["install", "%", "one"], &["upgrade", "%", "two"]],
        killed: &["uninstall", "%"],
        next: &["uninstall", "%", "--ignore-not-found"],
        left: &[],
    },
];

/// A server, and the way to it that can be cut.
struct Scene {
    api: &'static ControlPlane,
    namespace: String,
    proxy: Proxy,
    direct: Sandbox,
    through: Sandbox,
}

impl Scene {
    fn new(api: &'static ControlPlane, upstream: &str, name: &str) -> Self {
        let namespace = api.namespace(&format!("crash-{name}")).expect("a namespace");
        let proxy = Proxy::start(upstream).expect("a proxy");
        let through = Sandbox::new();
        let kubeconfig = proxy.write_kubeconfig(&through.path("kubeconfig")).expect("a kubeconfig");
        let scene = Scene {
            api,
            namespace,
            proxy,
            direct: Sandbox::new().with_cluster(api.kubeconfig()),
            through: through.with_cluster(&kubeconfig),
        };
        for sandbox in [&scene.direct, &scene.through] {
            for version in ["one", "two", "three"] {
                let config_map = |name: &str| {
                    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"{{ .Release.Name }}-";
                    format!("{head}{name}\"\ndata: {{version: {version}}}\n---\n")
                };
                let hook = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"{{ .Release.Name }}-hook\"\n  annotations:\n    \
                            helm.sh/hook: pre-install,pre-upgrade,pre-rollback,pre-delete\n    \
                            helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\n";
                let text = format!("{}{}{hook}", config_map("all"), config_map(version));
                sandbox.chart(version, &[("templates/objects.yaml", &text)]);
            }
        }
        scene
    }

    fn args<'a>(&'a self, args: &[&'a str], release: &'a str) -> Vec<&'a str> {
        let named = args.iter().map(|a| if *a == "%" { release } else { a });
        named.chain(["-n", &self.namespace]).collect()
    }

    /// Runs the command and kills it at this request; says whether it came so far.
    fn kill_at(&self, request: usize, fault: Fault, args: &[&str]) -> bool {
        self.proxy.add(Rule::new(fault).after(request).times(1));
        let mut child = self.through.command(args).stdout(std::process::Stdio::null()).spawn().expect("starts");
        let killed = loop {
            if self.proxy.wait_for_hold(Duration::from_millis(20)) {
                break true;
            }
            if let Some(status) = child.try_wait().expect("a child") {
                assert!(status.success(), "{args:?} ended by itself at request {request}: {status}");
                break false;
            }
        };
        let _ = child.kill();
        let _ = child.wait();
        self.proxy.heal();
        killed
    }

    /// Names of the ConfigMaps of a release, without the release's name; hooks left out. Every one must be owned.
    fn objects(&self, release: &str) -> BTreeSet<String> {
        let path = format!("/api/v1/namespaces/{}/configmaps", self.namespace);
        let list = self.api.expect("GET", &path, None).expect("a list");
        let prefix = format!("{release}-");
        let mut found = BTreeSet::new();
        for object in list["items"].as_array().expect("items") {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let Some(short) = name.strip_prefix(&prefix).filter(|s| *s != "hook") else { continue };
            let owner = &object["metadata"]["annotations"]["meta.helm.sh/release-name"];
            assert_eq!(owner, release, "{name} is nobody's");
            found.insert(short.to_owned());
        }
        found
    }
}

fn every_request(case: &Case) {
    let Some(api) = ControlPlane::shared_or_skip() else { return };
    let Some(upstream) = api.proxy_url() else { return skipped("no control plane without TLS") };
    let scene = Scene::new(api, upstream, case.name);
    let mut points = 0;
    for (mode, fault) in [("before", Fault::Hold), ("after", Fault::HoldAnswer)] {
        for request in 0.. {
            let release = format!("{mode}{request}");
            for args in case.before {
                scene.direct.run(scene.args(args, &release)).ok();
            }
            if !scene.kill_at(request, fault.clone(), &scene.args(case.killed, &release)) {
                assert!(request > 5, "{} sends more requests than {request}", case.name);
                break;
            }
            points += 1;
            let next = scene.direct.run(scene.args(case.next, &release));
            // the very last answer may be all that was lost
            let done = case.next[0] == "install" && next.code != 0 && {
                let status = scene.direct.run(scene.args(&["status", "%", "-o", "json"], &release)).ok();
                let status: Value = serde_json::from_str(&status).expect("JSON");
                status["info"]["status"] == "deployed"
            };
            let at = format!("{} killed {mode} request {request}", case.name);
            let mut wanted: BTreeSet<String> = case.left.iter().map(|s| (*s).to_owned()).collect();
            if done {
                wanted = ["all", "one"].map(str::to_owned).into();
            } else {
                assert_eq!(next.code, 0, "{at}:\n{}{}", next.stdout, next.stderr);
            }
            assert_eq!(scene.objects(&release), wanted, "{at}");
            if case.left.is_empty() {
                let history = scene.direct.run(scene.args(&["history", "%"], &release));
                assert!(history.stderr.contains("not found"), "{at}: {}", history.stdout);
                continue;
            }
            let history = scene.direct.run(scene.args(&["history", "%", "-o", "json"], &release)).ok();
            let history: Value = serde_json::from_str(&history).expect("JSON");
            let states: Vec<&str> =
                history.as_array().expect("a list").iter().filter_map(|r| r["status"].as_str()).collect();
            assert_eq!(states.last(), Some(&"deployed"), "{at}: {states:?}");
            assert!(
                states[..states.len() - 1].iter().all(|s| ["superseded", "failed"].contains(s)),
                "{at}: {states:?}"
            );
        }
    }
    assert!(points > 12, "{}: {points} points", case.name);
}

macro_rules! cases {
    ($($test:ident $index:literal)*) => { $(
        #[test]
        fn $test() {
            every_request(&CASES[$index]);
        }
    )* };
}

cases! {
    install_killed_at_every_request 0
    install_killed_at_every_request_and_installed_again 1
    upgrade_killed_at_every_request 2
    upgrade_killed_at_every_request_and_rolled_back 3
    rollback_killed_at_every_request 4
    uninstall_killed_at_every_request 5
}
