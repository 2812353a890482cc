//! Plugins from git repositories, by the `git` program (what Helm does with Masterminds/vcs).

use std::path::{Path, PathBuf};
use std::process::Command;

use pintle_go::semver::{Constraint, Version};
use pintle_go::strconv::quote;

/// A clone.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// Where it comes from.
    pub(crate) remote: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
}

impl Repository {
    fn git(&self, args: &[&str]) -> Result<String, String> {
        let path = self.path.to_string_lossy();
        git(&[&["-C", path.as_ref()], args].concat())
    }

    /// The repository that lies in a folder.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        if !path.join(".git").exists() {
            return None;
        }
        let mut r = Repository { remote: String::new(), path: path.to_owned() };
        r.remote = r.git(&["config", "--get", "remote.origin.url"]).ok()?.trim().to_owned();
        Some(r)
    }

    /// Clones, or brings the clone up to date.
    pub(crate) fn sync(&self) -> Result<(), String> {
        if self.path.exists() {
            return self.update();
        }
        if let Some(parent) = self.path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| pintle_chart::os_error("mkdir", parent, &e))?;
        }
        let path = self.path.to_string_lossy();
        git(&["clone", "--quiet", "--recursive", "--", &self.remote, &path])
            .map(drop)
            .map_err(|e| format!("unable to get repository: {e}"))
    }

    /// Fetches, and moves on where a branch is checked out.
    pub(crate) fn update(&self) -> Result<(), String> {
        let fail = |e: String| format!("unable to update repository: {e}");
        self.git(&["fetch", "--quiet", "--tags", "origin"]).map_err(fail)?;
        if self.git(&["symbolic-ref", "--quiet", "HEAD"]).is_err() {
            return Ok(());
        }
        self.git(&["pull", "--quiet"]).map_err(fail)?;
        self.submodules()
    }

    fn submodules(&self) -> Result<(), String> {
        self.git(&["submodule", "--quiet", "update", "--init", "--recursive"])
            .map(drop)
            .map_err(|e| format!("unexpected error while defensively updating submodules: {e}"))
    }

    /// Whether somebody changed the files.
    pub(crate) fn is_dirty(&self) -> bool {
        self.git(&["diff", "--quiet", "HEAD"]).is_err()
    }

    /// Checks out a version: a branch, tag or commit, or the newest tag within a range.
    pub(crate) fn select(&self, version: &str) -> Result<(), String> {
        let at = if self.is_reference(version) { version.to_owned() } else { self.newest(version)? };
        self.git(&["checkout", "--quiet", &at, "--"])
            .map_err(|e| format!("unable to update checked out version: {e}"))?;
        self.submodules()
    }

    fn is_reference(&self, name: &str) -> bool {
        !name.starts_with('-') && self.git(&["rev-parse", "--quiet", "--verify", &format!("{name}^{{commit}}")]).is_ok()
    }

    fn newest(&self, range: &str) -> Result<String, String> {
        let range_of = Constraint::new(range).map_err(|e| e.to_string())?;
        let tags = self.git(&["tag", "--list"]).map_err(|e| format!("unable to retrieve tags: {e}"))?;
        let versions = tags.lines().filter_map(|t| Version::new(t).ok()).filter(|v| range_of.check(v));
        match versions.max_by(Version::compare) {
            Some(v) => Ok(v.original().to_owned()),
            None => Err(format!(
                "requested version {} does not exist for plugin {}",
                quote(range.as_bytes()),
                quote(self.remote.as_bytes())
            )),
        }
    }
}

fn git(args: &[&str]) -> Result<String, String> {
    let out = Command::new("git")
        .args(args)
        // nobody answers questions here
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|e| format!("git: {e}"))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&out.stderr).trim().to_owned())
}

/// Whether an address can be a git repository's: a folder with `.git` behind `file://`, `user@host:path`, or a scheme
/// that git speaks.
pub(crate) fn is_remote(address: &str) -> bool {
    if let Some(path) = address.strip_prefix("file://") {
        return Path::new(path).join(".git").exists();
    }
    match address.split_once("://") {
        Some(("git" | "ssh" | "git+ssh", rest)) => !rest.is_empty(),
        Some(("http" | "https", _)) => git(&["ls-remote", "--quiet", "--exit-code", "--", address, "HEAD"]).is_ok(),
        Some(_) => false,
        None => is_scp(address),
    }
}

/// `user@host:path`
pub(crate) fn is_scp(address: &str) -> bool {
    let word = |s: &str, more: &[char]| {
        !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(&c))
    };
    address
        .split_once('@')
        .and_then(|(user, rest)| Some((user, rest.split_once(':')?.0)))
        .is_some_and(|(user, host)| word(user, &[]) && word(host, &['.', '-']))
}
