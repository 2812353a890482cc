//! Real programs that call Helm, or that Helm calls, with pintle in its place. They are built from their Go modules
//! (see [`pintle_testkit::tools`]); a program that cannot be had skips its tests.

mod ct;
mod diff;
mod helmfile;
mod kustomize;
mod museum;
mod secrets;
mod unittest;

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use pintle_testkit::ControlPlane;
use pintle_testkit::tools::Tool;

use crate::kit::{Run, Sandbox, skipped};

/// A sandbox where pintle is `helm` on the search path, and these programs are, too. `None` if one is missing.
fn sandbox(tools: &[Tool]) -> Option<Sandbox> {
    prepared(Sandbox::as_helm(), tools)
}

/// The same with a cluster; gives a namespace of its own in it, too.
fn on_cluster(tools: &[Tool], prefix: &str) -> Option<(Sandbox, &'static ControlPlane, String)> {
    // what is missing is told first: a control plane takes a while
    let programs = programs(tools)?;
    let api = ControlPlane::shared_or_skip()?;
    let s = Sandbox::as_helm().with_cluster(api.kubeconfig());
    Some((with_programs(s, &programs), api, api.namespace(prefix).expect("a namespace")))
}

fn prepared(s: Sandbox, tools: &[Tool]) -> Option<Sandbox> {
    Some(with_programs(s, &programs(tools)?))
}

fn programs(tools: &[Tool]) -> Option<Vec<(&'static str, PathBuf)>> {
    tools.iter().map(|t| program(t).map(|p| (t.name, p))).collect()
}

/// Where a program is, or a notice that it is missing.
fn program(tool: &Tool) -> Option<PathBuf> {
    tool.program().map_err(|why| skipped(&why.to_string())).ok()
}

/// Puts programs beside `helm`, in the one folder of the search path that is the sandbox's.
fn with_programs(mut s: Sandbox, programs: &[(&str, PathBuf)]) -> Sandbox {
    let bin = s.path("home");
    for (name, path) in programs {
        symlink(path, bin.join(name)).expect("a link");
    }
    s.set_env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()));
    s
}

/// Runs one of the programs of the sandbox.
fn tool(s: &Sandbox, line: &str) -> Run {
    let mut words = line.split(' ');
    let program = s.path("home").join(words.next().unwrap_or_default());
    Run::of(s.other(&program, words))
}

/// Runs pintle.
fn helm(s: &Sandbox, line: &str) -> Run {
    s.run(line.split(' '))
}

/// Makes a plugin of a program and installs it; `yaml` calls the program `$HELM_PLUGIN_DIR/NAME`.
fn install_plugin(s: &Sandbox, name: &str, yaml: &str) {
    let folder = s.path(&format!("plugins/{name}"));
    s.write(&format!("plugins/{name}/plugin.yaml"), yaml);
    let program = s.path("home").join(name);
    if program.exists() {
        symlink(program, folder.join(name)).expect("a link");
    }
    helm(s, &format!("plugin install plugins/{name}")).ok();
}

/// Writes a script that can be run.
fn script(s: &Sandbox, name: &str, text: &str) -> PathBuf {
    let path = s.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("an executable");
    path
}

/// A chart of one ConfigMap named for its release, with `.Values.v` in it.
fn small_chart(s: &Sandbox, name: &str) {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  v: {{ .Values.v | quote }}\n";
    s.chart(name, &[("templates/a.yaml", template), ("values.yaml", "v: one\n")]);
}

/// Copies a chart of the project.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, new) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &new);
        } else {
            std::fs::copy(&path, &new).expect("a copy");
        }
    }
}
