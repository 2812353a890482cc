//! Releases on the real control plane, scenario by scenario: each is a test of its own, named by what it shows, and a
//! list of steps: commands and what they say, what the cluster then holds, what was recorded.
//!
//! All share one control plane; each has its own namespace. The charts they use are in [`charts`].

mod apply;
mod charts;
mod commands;
mod crds;
mod drivers;
mod hooks;
mod lifecycle;
mod limits;
mod recorded;
mod values;
mod waiting;

use std::time::Duration;

use pintle_release::Release;
use pintle_testkit::ControlPlane;
use serde_json::{Value, json};

use crate::kit::{Run, Sandbox};

/// A step of a scenario. Commands are words parted by blanks, without the namespace; `@ns` in them is the namespace.
/// Objects are `PLURAL/NAME` (or a path from `/`).
pub enum Step {
    /// The command succeeds.
    Ok(&'static str),
    /// The command succeeds, and its output has this in it.
    Says(&'static str, &'static str),
    /// The command succeeds, and its output has nothing of this in it.
    Silent(&'static str, &'static str),
    /// The command succeeds, and says this on standard error.
    Warns(&'static str, &'static str),
    /// The command fails with status 1, and says this on standard error.
    Fails(&'static str, &'static str),
    /// The records of a release as `REVISION:STATUS`, oldest first.
    Records(&'static str, &'static str),
    /// A field of a revision's record, by JSON pointer, is this text.
    Field(&'static str, i64, &'static str, &'static str),
    /// The label of a revision's stored object is this; empty for none.
    Label(&'static str, i64, &'static str, &'static str),
    /// A field of an object, by JSON pointer, is this text.
    Has(&'static str, &'static str, &'static str),
    /// An object has no such field.
    Lacks(&'static str, &'static str),
    /// An object is not there, or is on its way out.
    Gone(&'static str),
    /// An object of somebody else: its JSON is merged over name and namespace.
    Make(&'static str, &'static str),
    /// A change by somebody else, as a JSON merge patch.
    Change(&'static str, &'static str),
    /// Somebody else deletes an object.
    Delete(&'static str),
    /// A file in the working folder gets this text.
    Write(&'static str, &'static str),
    /// The record of a revision is changed behind the release's back: a status.
    Damage(&'static str, i64, &'static str),
}

/// Each name becomes a test.
macro_rules! scenarios {
    ($($name:ident: [$($step:expr),* $(,)?])*) => {
        $(#[test]
        fn $name() {
            use crate::scenarios::Step::*;
            crate::scenarios::run(stringify!($name), &[$($step),*]);
        })*
    };
}
pub(crate) use scenarios;

/// The namespace, the sandbox and the server of a scenario.
pub struct Bench {
    pub api: &'static ControlPlane,
    pub namespace: String,
    pub sandbox: Sandbox,
    /// Where records are: `secrets`, `configmaps`, or nothing that can be looked at.
    pub records: &'static str,
}

/// Runs a scenario with records in Secrets.
#[track_caller]
pub fn run(name: &str, steps: &[Step]) {
    let Some(bench) = Bench::new() else { return };
    bench.run(name, steps);
}

impl Bench {
    pub fn new() -> Option<Self> {
        let api = ControlPlane::shared_or_skip()?;
        let namespace = api.namespace("s").expect("a namespace");
        let sandbox = Sandbox::as_helm().with_cluster(api.kubeconfig());
        charts::write(&sandbox, &namespace);
        Some(Bench { api, namespace, sandbox, records: "secrets" })
    }

    #[track_caller]
    pub fn run(&self, name: &str, steps: &[Step]) {
        for (n, step) in steps.iter().enumerate() {
            if let Err(why) = self.step(step) {
                panic!("{name}, step {}: {why}", n + 1);
            }
        }
    }

    pub fn command(&self, line: &str) -> Run {
        let line = line.replace("@ns", &self.namespace);
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if !words.contains(&"-n") && !words.contains(&"-A") {
            words.extend(["-n", &self.namespace]);
        }
        self.sandbox.run(words)
    }

    fn step(&self, step: &Step) -> Result<(), String> {
        let said = |run: &Run| format!("`{}` ended with {}:\n{}{}", run.line, run.code, run.stdout, run.stderr);
        let holds = |ok: bool, run: &Run| if ok { Ok(()) } else { Err(said(run)) };
        match step {
            Step::Ok(line) => {
                let run = self.command(line);
                holds(run.code == 0, &run)
            }
            Step::Says(line, text) => {
                let run = self.command(line);
                let text = text.replace("@ns", &self.namespace);
                holds(run.code == 0 && run.stdout.contains(&text), &run).map_err(|e| format!("wants {text:?}: {e}"))
            }
            Step::Silent(line, text) => {
                let run = self.command(line);
                holds(run.code == 0 && !run.stdout.contains(text), &run).map_err(|e| format!("without {text:?}: {e}"))
            }
            Step::Warns(line, text) => {
                let run = self.command(line);
                holds(run.code == 0 && run.stderr.contains(text), &run).map_err(|e| format!("wants {text:?}: {e}"))
            }
            Step::Fails(line, text) => {
                let run = self.command(line);
                let text = text.replace("@ns", &self.namespace);
                let clean = run.code == 1 && !run.stderr.contains("panicked");
                holds(clean && run.stderr.contains(&text), &run).map_err(|e| format!("wants {text:?}: {e}"))
            }
            Step::Records(release, wanted) => {
                let all: Vec<String> = self.releases(release).iter().map(state).collect();
                same(&all.join(" "), wanted)
            }
            Step::Field(release, revision, pointer, wanted) => {
                let record = self.revision(release, *revision)?;
                let record = serde_json::to_value(record).map_err(|e| e.to_string())?;
                same(&record.pointer(pointer).map_or_else(String::new, text), wanted)
            }
            Step::Label(release, revision, label, wanted) => {
                let record = self.revision(release, *revision)?;
                same(record.labels.get(*label).map_or("", String::as_str), wanted)
            }
            Step::Has(object, pointer, wanted) => {
                let live = self.get(object)?;
                let wanted = wanted.replace("@ns", &self.namespace);
                let got = live.pointer(pointer).map_or_else(String::new, text);
                same(&got, &wanted).map_err(|e| format!("{object}: {e}"))
            }
            Step::Lacks(object, pointer) => match self.get(object)?.pointer(pointer) {
                None => Ok(()),
                Some(v) => Err(format!("{object} has {pointer}: {v}")),
            },
            Step::Gone(object) => {
                let gone = |code, live: &Value| code == 404 || live["metadata"]["deletionTimestamp"].is_string();
                self.api
                    .wait_for(&self.path(object), Duration::from_secs(15), gone)
                    .map(drop)
                    .map_err(|e| e.to_string())
            }
            Step::Make(object, body) => {
                let path = self.path(object);
                let (collection, name) = path.rsplit_once('/').ok_or("a path")?;
                let mut body = json_of(body)?;
                body["metadata"]["name"] = name.into();
                self.api.expect("POST", collection, Some(&body)).map(drop).map_err(|e| e.to_string())
            }
            Step::Change(object, patch) => {
                let path = self.path(object);
                let mut live = self.get(object)?;
                merge(&mut live, &json_of(patch)?);
                let path = format!("{path}?fieldManager=somebody");
                self.api.expect("PUT", &path, Some(&live)).map(drop).map_err(|e| e.to_string())
            }
            Step::Delete(object) => {
                self.api.expect("DELETE", &self.path(object), None).map(drop).map_err(|e| e.to_string())
            }
            Step::Write(file, content) => {
                self.sandbox.write(file, content.replace("@ns", &self.namespace));
                Ok(())
            }
            Step::Damage(release, revision, status) => {
                let mut record = self.revision(release, *revision)?;
                record.info.status = pintle_release::Status::new(*status);
                let path = format!("{}/{}", self.path(self.records), pintle_release::key(release, *revision));
                let mut object = self.api.expect("GET", &path, None).map_err(|e| e.to_string())?;
                let body = pintle_release::encode(&record).map_err(|e| e.to_string())?;
                object["metadata"]["labels"]["status"] = (*status).into();
                object["stringData"] = json!({ "release": body });
                self.api.expect("PUT", &path, Some(&object)).map(drop).map_err(|e| e.to_string())
            }
        }
    }

    /// The path of an object, or of a kind's objects.
    fn path(&self, object: &str) -> String {
        if object.starts_with('/') {
            return object.replace("@ns", &self.namespace);
        }
        let base = match object.split('/').next().unwrap_or_default() {
            "deployments" | "statefulsets" | "daemonsets" => "/apis/apps/v1",
            "jobs" | "cronjobs" => "/apis/batch/v1",
            "widgets" => return format!("/apis/{0}.example.com/v1/namespaces/{0}/{object}", self.namespace),
            _ => "/api/v1",
        };
        format!("{base}/namespaces/{}/{object}", self.namespace)
    }

    fn get(&self, object: &str) -> Result<Value, String> {
        self.api.expect("GET", &self.path(object), None).map_err(|e| format!("{object}: {e}"))
    }

    /// The stored revisions of a release, oldest first, with their labels.
    pub fn releases(&self, name: &str) -> Vec<Release> {
        let path = format!("{}?labelSelector=owner%3Dhelm,name%3D{name}", self.path(self.records));
        let list = self.api.expect("GET", &path, None).expect("records");
        let kind = if self.records == "secrets" { "Secret" } else { "ConfigMap" };
        let decoded = list["items"].as_array().into_iter().flatten().map(|item| {
            let mut item = item.clone();
            item["kind"] = kind.into();
            pintle_release::decode_object(&item).expect("a record")
        });
        let mut all: Vec<Release> = decoded.collect();
        all.sort_by_key(|r| r.version);
        all
    }

    fn revision(&self, name: &str, revision: i64) -> Result<Release, String> {
        let found = self.releases(name).into_iter().find(|r| r.version == revision);
        found.ok_or_else(|| format!("{name} has no revision {revision}"))
    }
}

fn state(r: &Release) -> String {
    format!("{}:{}", r.version, r.info.status.as_str())
}

fn text(v: &Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

fn same(got: &str, wanted: &str) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("is {got:?}, not {wanted:?}")) }
}

fn json_of(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|e| format!("{text}: {e}"))
}

/// RFC 7386.
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            into.as_object_mut().expect("an object").remove(key);
        } else {
            merge(&mut into[key.as_str()], value);
        }
    }
}
