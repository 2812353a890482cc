//! Runs the built program as a user would, in a folder and an environment of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Names another program to test. With Helm there, the tests of the lifecycle themselves are tested.
pub const OTHER_PROGRAM: &str = "PINTLE_TEST_PROGRAM";

/// A folder of its own, gone with the value; its `home` is the home of what runs in it.
pub struct Sandbox {
    dir: PathBuf,
    program: PathBuf,
    kubeconfig: Option<PathBuf>,
    env: Vec<(String, String)>,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    /// The command line, for messages.
    pub line: String,
    /// Exit status; -1 after a signal.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// An empty folder, in which the program is called by its own name.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("pintle-it-{}-{n}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("home")).expect("a folder for the test");
        let program =
            std::env::var_os(OTHER_PROGRAM).map_or_else(|| env!("CARGO_BIN_EXE_pintle").into(), PathBuf::from);
        Sandbox { dir, program, kubeconfig: None, env: Vec::new() }
    }

    /// The same, with the program called through a link named `helm`.
    #[cfg(unix)]
    pub fn as_helm() -> Self {
        let mut s = Self::new();
        let link = s.dir.join("home/helm");
        std::os::unix::fs::symlink(&s.program, &link).expect("a link");
        s.program = link;
        s
    }

    /// The same, with another program.
    pub fn of_program(program: &Path) -> Self {
        let mut s = Self::new();
        program.clone_into(&mut s.program);
        s
    }

    /// Lets the program see a cluster; without, it finds none.
    pub fn with_cluster(mut self, kubeconfig: &Path) -> Self {
        self.kubeconfig = Some(kubeconfig.to_owned());
        self
    }

    /// Sets a variable for everything that runs from now on.
    pub fn set_env(&mut self, name: &str, value: impl Into<String>) {
        self.env.push((name.to_owned(), value.into()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Writes a file, and its folders.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(&path, text).expect("a file");
        path
    }

    /// A chart of a Chart.yaml and the given files.
    pub fn chart(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        self.write(&format!("{name}/Chart.yaml"), format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"));
        for (file, text) in files {
            self.write(&format!("{name}/{file}"), text);
        }
        self.path(name)
    }

    /// The program with these arguments, in the sandbox, not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        self.other(&self.program, args)
    }

    /// Another program, where and as [`command`](Self::command) would run ours.
    pub fn other<S: AsRef<OsStr>>(&self, program: &Path, args: impl IntoIterator<Item = S>) -> Command {
        let mut c = Command::new(program);
        c.args(args).current_dir(&self.dir).stdin(Stdio::null()).env_clear();
        c.env("HOME", self.dir.join("home")).env("PATH", "/usr/bin:/bin").env("TZ", "UTC").env("LANG", "C.UTF-8");
        c.env("KUBECONFIG", self.kubeconfig.clone().unwrap_or_else(|| self.dir.join("home/no-kubeconfig")));
        c.envs(self.env.iter().map(|(k, v)| (k, v)));
        c
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command(args))
    }

    /// Every file below the folder, without the home.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.dir, &mut found);
        let mut names: Vec<String> = found
            .iter()
            .filter_map(|p| p.strip_prefix(&self.dir).ok())
            .map(|p| p.to_string_lossy().into_owned())
            .filter(|p| !p.starts_with("home/"))
            .collect();
        names.sort();
        names
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

impl Run {
    /// Runs a command to its end.
    pub fn of(mut c: Command) -> Self {
        let line = c.get_args().map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ");
        let out = c.output().expect("the program starts");
        Run {
            line,
            code: out.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// The output of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.code == 0, "`{}` failed with {}:\n{}{}", self.line, self.code, self.stdout, self.stderr);
        self.stdout
    }

    /// The error of a run that must have failed as errors do: status 1, one message, nothing on stdout, no panic.
    #[track_caller]
    pub fn error(self) -> String {
        assert_eq!(self.code, 1, "`{}`:\n{}{}", self.line, self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "`{}` failed, yet wrote:\n{}", self.line, self.stdout);
        assert!(!self.stderr.contains("panicked"), "`{}`:\n{}", self.line, self.stderr);
        let errors = self.stderr.lines().filter(|l| l.starts_with("Error: ")).count();
        assert_eq!(errors, 1, "`{}` wants one error:\n{}", self.line, self.stderr);
        self.stderr
    }

    /// As [`error`](Self::error), and says this.
    #[track_caller]
    pub fn error_with(self, wanted: &str) {
        let line = self.line.clone();
        let text = self.error();
        assert!(text.contains(wanted), "`{line}` should say {wanted:?}:\n{text}");
    }
}

/// A path below the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A path among the data sets beside the project, or a notice that a test is skipped.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = project("../shared").join(path);
    if !found.exists() {
        skipped(&format!("{} is missing", found.display()));
        return None;
    }
    Some(found)
}

/// Says why nothing was tested.
#[expect(clippy::print_stderr, reason = "a test has no other way to say so")]
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}
