//! Building the control plane's program, which is written in Go (`tests/controlplane`), once for each state of its sources.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::StartError;

/// The Kubernetes version that the server reports. It must be told to the linker: the sources do not know it.
const VERSION_FLAGS: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 \
     -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36";

/// Names a program to use in place of one built here.
const OVERRIDE: &str = "PINTLE_CONTROLPLANE";

/// Where the program is, or will be once [`build`](Binary::build) has been called.
#[derive(Debug, Clone)]
pub struct Binary {
    path: PathBuf,
    sources: PathBuf,
}

impl Binary {
    /// Finds the place for the present sources: `controlplane-HASH/controlplane` under `CARGO_TARGET_DIR`, or else
    /// under the workspace's `target`. With `PINTLE_CONTROLPLANE` set, that program is taken as it is.
    ///
    /// # Errors
    /// If the sources cannot be read.
    pub fn locate() -> Result<Self, StartError> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let sources = workspace.join("tests/controlplane");
        if let Some(path) = std::env::var_os(OVERRIDE).filter(|p| !p.is_empty()) {
            return Ok(Self { path: path.into(), sources });
        }
        let target = crate::target_folder().map_err(StartError::Io)?;
        let hash = hash_sources(&sources).map_err(StartError::Io)?;
        Ok(Self { path: target.join(format!("controlplane-{hash:016x}")).join("controlplane"), sources })
    }

    /// Where the program is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it has been built already.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.path.is_file()
    }

    /// Builds the program unless it is there. The first build on a machine downloads and compiles Kubernetes, which
    /// takes some ten minutes of processor time. Several processes may call this at once: one builds, the others wait.
    ///
    /// # Errors
    /// [`StartError::Skipped`] if there is no Go, [`StartError::Build`] with the compiler's output if it fails.
    pub fn build(&self) -> Result<(), StartError> {
        if self.is_built() {
            return Ok(());
        }
        let Some(folder) = self.path.parent() else {
            return Err(StartError::Build(format!("{} has no folder", self.path.display())));
        };
        if !go().arg("version").output().is_ok_and(|o| o.status.success()) {
            return Err(StartError::Skipped("Go is not installed (https://go.dev/dl)".into()));
        }
        fs::create_dir_all(folder).map_err(StartError::Io)?;
        let lock = File::create(folder.join("lock")).map_err(StartError::Io)?;
        lock.lock().map_err(StartError::Io)?;
        if self.is_built() {
            return Ok(()); // by whom we waited for
        }
        let fresh = folder.join("controlplane.new");
        let output = go()
            .current_dir(&self.sources)
            // Without cgo the build needs no C compiler, and no state of the version control goes into it.
            .env("CGO_ENABLED", "0")
            .args(["build", "-buildvcs=false", "-ldflags", VERSION_FLAGS, "-o"])
            .args([fresh.as_os_str(), OsStr::new(".")])
            .output()
            .map_err(StartError::Io)?;
        if !output.status.success() {
            return Err(StartError::Build(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        // A rename is all or nothing: whoever finds the file finds a whole program.
        fs::rename(&fresh, &self.path).map_err(StartError::Io)
    }
}

fn go() -> Command {
    Command::new("go")
}

/// A hash over all that the program is made from: its own files, the versions of its modules, and how it is linked.
fn hash_sources(folder: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_source = matches!(path.extension().and_then(OsStr::to_str), Some("go" | "mod" | "sum"));
        if is_source && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let mut hash = Fnv::new();
    hash.write(VERSION_FLAGS.as_bytes());
    for path in files {
        hash.write(path.file_name().map_or(&[][..], OsStr::as_encoded_bytes));
        hash.write(&fs::read(&path)?);
    }
    Ok(hash.0)
}

/// FNV-1a with 64 bits: it only has to tell apart states of our own sources, and must stay the same between
/// compilers, which std's hasher does not promise.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a field, with its length, so that fields cannot run together.
    fn write(&mut self, field: &[u8]) {
        for &byte in (field.len() as u64).to_le_bytes().iter().chain(field) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_tells_fields_apart() {
        let hash = |fields: &[&str]| {
            let mut h = Fnv::new();
            fields.iter().for_each(|f| h.write(f.as_bytes()));
            h.0
        };
        assert_eq!(hash(&["ab", "c"]), hash(&["ab", "c"]));
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }

    #[test]
    fn the_place_depends_on_the_sources_alone() {
        let (a, b) = (Binary::locate().unwrap(), Binary::locate().unwrap());
        assert_eq!(a.path(), b.path());
        assert!(a.path().ends_with("controlplane"));
    }
}
