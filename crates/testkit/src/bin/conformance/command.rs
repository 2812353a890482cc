//! Suites that run the program: files are written into an empty folder, the program is called there as `helm`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_go::Value;

use crate::case::{Case, same};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A folder that goes with the case.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pintle-conformance-{}-{n}", std::process::id()));
        for part in ["cwd", "home", "bin"] {
            std::fs::create_dir_all(path.join(part))?;
        }
        path.canonicalize().map(Folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn judge(case: &Case, binary: &Path) -> Result<(), String> {
    let folder = Folder::new().map_err(|e| e.to_string())?;
    let cwd = folder.0.join("cwd");
    for (name, data) in case.files("files") {
        let path = cwd.join(name);
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|e| e.to_string())?;
        std::fs::write(&path, data).map_err(|e| e.to_string())?;
    }
    let helm = folder.0.join("bin/helm");
    std::os::unix::fs::symlink(binary, &helm).map_err(|e| e.to_string())?;
    let text = |v: &Value| v.as_str().map(ToString::to_string).unwrap_or_default();
    let mut child = Command::new(helm)
        .args(case.list("argv").iter().map(text))
        .current_dir(&cwd)
        .env_clear()
        .env("HOME", folder.0.join("home"))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(&case.bytes("stdin").unwrap_or_default());
    }
    let out = child.wait_with_output().map_err(|e| e.to_string())?;
    let expand = |name: &str| {
        let want = case.text(name).unwrap_or_default();
        want.replace("$CWD", &cwd.to_string_lossy()).into_bytes()
    };
    let want = case.value("exit").and_then(|v| v.as_int()).unwrap_or(0);
    let got = out.status.code().unwrap_or(-1);
    if want != i128::from(got) {
        return Err(format!("  exit: want {want}, got {got}\n  stderr {:?}", String::from_utf8_lossy(&out.stderr)));
    }
    same("stdout", &expand("stdout"), &out.stdout)?;
    // Helm lists several schema violations in random order
    let (want, got) = (expand("stderr"), out.stderr);
    let sorted = |b: &[u8]| {
        let mut lines: Vec<Vec<u8>> = b.split(|c| *c == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    if sorted(&want) == sorted(&got) { Ok(()) } else { same("stderr", &want, &got) }
}
