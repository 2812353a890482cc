//! Programs that work together with Helm (helmfile, chart-testing, plugins), each built once from a pinned version of
//! its Go module, so that tests can run the real thing. Nothing of them is kept in the project.
//!
//! A program is looked for in the folder that `PINTLE_TOOLS` names, then in the target folder, and is built there if Go
//! and the module can be had. Those that take many minutes are built only with `PINTLE_BUILD_TOOLS` set. Where there is
//! no program, there is a sentence that says why, and the test that wants it skips itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

/// Names a folder of programs that are there already, each called as in [`ALL`].
const READY: &str = "PINTLE_TOOLS";
/// Set to anything, it lets programs be built that take long.
const BUILD_ALL: &str = "PINTLE_BUILD_TOOLS";

/// A program of a Go module.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// What its file is called here.
    pub name: &'static str,
    module: &'static str,
    version: &'static str,
    /// The program's package, seen from the module.
    package: &'static str,
    /// What the linker is told besides leaving out symbols.
    link: &'static str,
    /// Whether it takes many minutes to build.
    long: bool,
}

const fn tool(name: &'static str, module: &'static str, version: &'static str, package: &'static str) -> Tool {
    Tool { name, module, version, package, link: "", long: false }
}

/// helm-unittest, a plugin.
pub const UNITTEST: Tool =
    tool("helm-unittest", "github.com/helm-unittest/helm-unittest", "v1.1.2", "./cmd/helm-unittest");
/// helm-push, a plugin that brings charts into ChartMuseum.
pub const CM_PUSH: Tool = tool("helm-cm-push", "github.com/chartmuseum/helm-push", "v0.10.4", "./cmd/helm-cm-push");
/// ChartMuseum, a server of chart repositories.
pub const CHARTMUSEUM: Tool = tool("chartmuseum", "helm.sh/chartmuseum", "v0.16.5", "./cmd/chartmuseum");
/// Makes the keys that sops encrypts with.
pub const AGE_KEYGEN: Tool = tool("age-keygen", "filippo.io/age", "v1.3.2", "./cmd/age-keygen");
/// sops, which encrypts values in files.
pub const SOPS: Tool = tool("sops", "github.com/getsops/sops/v3", "v3.13.3", "./cmd/sops");
/// kustomize, which changes manifests.
pub const KUSTOMIZE: Tool = tool("kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "v5.8.1", ".");
/// helm-diff, a plugin. It asks for its own version.
pub const DIFF: Tool = Tool {
    link: "-X github.com/databus23/helm-diff/v3/cmd.Version=3.15.11",
    ..tool("diff", "github.com/databus23/helm-diff/v3", "v3.15.11", ".")
};
/// chart-testing.
pub const CT: Tool = tool("ct", "github.com/helm/chart-testing/v3", "v3.14.0", "./ct");
/// helmfile.
pub const HELMFILE: Tool = Tool { long: true, ..tool("helmfile", "github.com/helmfile/helmfile", "v1.8.0", ".") };

/// All of them, those first that many tests want.
pub const ALL: [Tool; 9] = [UNITTEST, KUSTOMIZE, AGE_KEYGEN, CM_PUSH, SOPS, DIFF, CT, CHARTMUSEUM, HELMFILE];

/// Why there is no program.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no {name}: {why}")]
pub struct Missing {
    /// The program.
    name: &'static str,
    why: String,
}

impl Tool {
    /// Where the program is; built before, now, or by another process that is waited for.
    ///
    /// # Errors
    /// [`Missing`] if it cannot be had. What could not be had once is not tried again.
    pub fn program(&self) -> Result<PathBuf, Missing> {
        static TRIED: Mutex<BTreeMap<&str, Result<PathBuf, String>>> = Mutex::new(BTreeMap::new());
        let mut tried = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
        let result = tried.entry(self.name).or_insert_with(|| self.find_or_build());
        result.clone().map_err(|why| Missing { name: self.name, why })
    }

    fn find_or_build(&self) -> Result<PathBuf, String> {
        if let Some(ready) = std::env::var_os(READY).map(|dir| Path::new(&dir).join(self.name))
            && ready.is_file()
        {
            return Ok(ready);
        }
        let folder = crate::target_folder().map_err(|e| e.to_string())?;
        let folder = folder.join("tools").join(format!("{}-{}", self.name, self.version));
        let path = folder.join(self.name);
        if path.is_file() {
            return Ok(path);
        }
        if self.long && std::env::var_os(BUILD_ALL).is_none() {
            return Err(format!("building it takes long: set {BUILD_ALL}, or {READY} to a folder that has it"));
        }
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let lock = File::create(folder.join("lock")).and_then(|f| f.lock().map(|()| f)).map_err(|e| e.to_string())?;
        if !path.is_file() {
            self.build(&folder)?;
        }
        drop(lock);
        Ok(path)
    }

    /// Builds into a folder. The module is the main module, with what it replaces, as its authors build it.
    fn build(&self, folder: &Path) -> Result<(), String> {
        let module = format!("{}@{}", self.module, self.version);
        let told = run(Command::new("go").current_dir(folder).args(["mod", "download", "-json", &module]))?;
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).map_err(|e| format!("{module}: {e}"))?;
        let sources = told.get("Dir").and_then(|d| d.as_str()).map(PathBuf::from).ok_or("the module has no folder")?;
        // the module's own folder is not written to
        for file in ["go.mod", "go.sum"] {
            let text = fs::read(sources.join(file)).map_err(|e| format!("{module}: {file}: {e}"))?;
            fs::write(folder.join(file), text).map_err(|e| e.to_string())?;
        }
        let fresh = folder.join("fresh");
        let mut go = Command::new("go");
        go.arg("build").arg("-C").arg(&sources).arg("-modfile").arg(folder.join("go.mod"));
        go.args(["-buildvcs=false", "-ldflags", &format!("-s -w {}", self.link), "-o"]).arg(&fresh).arg(self.package);
        run(go.env("CGO_ENABLED", "0"))?;
        // whoever finds the file finds a whole program
        fs::rename(&fresh, folder.join(self.name)).map_err(|e| e.to_string())
    }
}

/// Runs Go; an error is the last line that it says.
fn run(command: &mut Command) -> Result<Output, String> {
    let out = command.output().map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => "Go is not installed (https://go.dev/dl)".to_owned(),
        _ => e.to_string(),
    })?;
    if out.status.success() {
        return Ok(out);
    }
    // `go mod download -json` says it in its answer
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let text = told.get("Error").and_then(|e| e.as_str()).map(str::to_owned);
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(&out.stderr).into_owned());
    Err(text.trim().lines().last().unwrap_or("go failed").trim().to_owned())
}
