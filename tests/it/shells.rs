//! Real shells with the program's completion scripts: keys are typed on a terminal, and the words that the line then
//! holds are read back.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::kit::{Sandbox, skipped};

const PATIENCE: Duration = Duration::from_secs(20);
const CONTEXTS: &str = "apiVersion: v1
kind: Config
contexts:
- {name: 'arn:aws:eks:one', context: {cluster: c}}
- {name: plain, context: {cluster: c}}
";

/// A shell on a terminal of its own (util-linux's `script` makes it).
struct Shell {
    child: Child,
    keys: ChildStdin,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Shell {
    fn start(sandbox: &Sandbox, command: &str) -> Option<Shell> {
        let program = command.split(' ').next().unwrap_or_default();
        for needed in ["script", program] {
            let found = Command::new("sh").args(["-c", &format!("command -v {needed}")]).output();
            if !found.is_ok_and(|o| o.status.success()) {
                skipped(&format!("{needed} is missing"));
                return None;
            }
        }
        let home = sandbox.path("home");
        let mut child = Command::new("script")
            .args(["-qec", command, "/dev/null"])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", home.display()))
            .env("HOME", &home)
            .env("KUBECONFIG", home.join("contexts"))
            .env("TERM", "dumb")
            .env("PS1", "ready> ")
            .current_dir(sandbox.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let mut out = child.stdout.take().expect("its screen");
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = out.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = child.stdin.take().expect("its keys");
        Some(Shell { child, keys, screen, seen: String::new() })
    }

    /// Presses keys and waits until the screen shows something new that ends in `shown`.
    fn press(&mut self, keys: &str, shown: &str) -> String {
        self.keys.write_all(keys.as_bytes()).expect("keys are taken");
        self.keys.flush().expect("keys are taken");
        let end = Instant::now() + PATIENCE;
        self.seen.clear();
        while !self.seen.contains(shown) {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(more) = self.screen.recv_timeout(left) else {
                panic!("after {keys:?} no {shown:?}, but {:?}", self.seen)
            };
            self.seen += &String::from_utf8_lossy(&more);
        }
        self.seen.clone()
    }

    /// The words of a line after these keys: completed, then printed in angle brackets instead of run.
    fn words(&mut self, typed: &str) -> String {
        for part in typed.split_inclusive('\t') {
            self.keys.write_all(part.as_bytes()).expect("keys are taken");
            self.keys.flush().expect("keys are taken");
            // a shell that finds more keys waiting does not complete
            std::thread::sleep(Duration::from_millis(400));
        }
        let screen = self.press("\x01printf '<%s>' \x05; echo '='end\r", "=end");
        let printed = screen.rsplit('\n').find(|l| l.contains("=end") && l.contains('<')).unwrap_or(&screen);
        printed.split("=end").next().unwrap_or_default().trim().to_owned()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sandbox() -> Sandbox {
    let s = Sandbox::as_helm();
    s.chart("charted", &[]);
    s.write("home/contexts", CONTEXTS);
    let repositories = "repositories:\n- {name: example, url: http://127.0.0.1:1}\n";
    s.write("home/.config/helm/repositories.yaml", repositories);
    let index =
        "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.2.3, apiVersion: v2, urls: [web-1.2.3.tgz]}\n";
    s.write("home/.cache/helm/repository/example-index.yaml", index);
    s.write("home/.cache/helm/repository/example-charts.txt", "web\n");
    s
}

/// Keys, and the words that they become.
const LINES: &[(&str, &str)] = &[
    ("helm get val\tweb", "<helm><get><values><web>"),
    ("helm list --output=j\t", "<helm><list><--output=json>"),
    ("helm list -o y\t", "<helm><list><-o><yaml>"),
    ("helm install --create-n\tx", "<helm><install><--create-namespace><x>"),
    ("helm list --kube-context arn:\t", "<helm><list><--kube-context><arn:aws:eks:one>"),
    ("helm list --kube-context=arn:aws:\t", "<helm><list><--kube-context=arn:aws:eks:one>"),
    // a repository's name takes no space after it, a chart's does
    ("helm install x exam\tw\tend", "<helm><install><x><example/web><end>"),
    ("helm install x example/web --version 1\t", "<helm><install><x><example/web><--version><1.2.3>"),
    // files where files may stand
    ("helm lint charte\t", "<helm><lint><charted/>"),
];

fn check(shell: &mut Shell, lines: &[(&str, &str)]) {
    let wrong: Vec<String> = lines
        .iter()
        .filter_map(|(typed, wanted)| {
            let got = shell.words(typed);
            (got != *wanted).then(|| format!("{typed:?}: {got}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bash_completes() {
    let s = sandbox();
    s.write("home/script", s.run(["completion", "bash"]).ok());
    let Some(mut shell) = Shell::start(&s, "bash --norc --noprofile -i") else { return };
    shell.press("source ~/script; echo rea'dy'\r", "\nready");
    check(&mut shell, LINES);
    // two tabs list the candidates with what they are
    let listed = shell.press("helm show \t\t", "values");
    assert!(listed.contains("(Show a chart's definition)"), "{listed}");
}

#[test]
fn zsh_completes() {
    let s = sandbox();
    s.write("home/script", s.run(["completion", "zsh"]).ok());
    let Some(mut shell) = Shell::start(&s, "zsh -f -i") else { return };
    shell.press("bindkey -e; setopt no_auto_remove_slash; autoload -U compinit; compinit -u -D; source ~/script; echo rea'dy'\r", "\nready");
    check(&mut shell, LINES);
}

#[test]
fn fish_completes() {
    let s = sandbox();
    let script = s.write("home/script.fish", s.run(["completion", "fish"]).ok());
    let Some(_) = Shell::start(&s, "fish --version") else { return };
    // fish tells its candidates without a terminal
    let ask = |line: &str| {
        let asked = format!("source {}; complete -C '{line}'", script.display());
        let path = format!("{}:/usr/bin:/bin", s.path("home").display());
        let mut c = Command::new("fish");
        c.args(["--no-config", "-c", &asked]).env("PATH", path).env("HOME", s.path("home")).current_dir(s.path(""));
        let out = c.env("KUBECONFIG", s.path("home/contexts")).output().expect("fish");
        String::from_utf8_lossy(&out.stdout)
            .lines()
            .map(|l| l.split('\t').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ask("helm get val"), ["values"]);
    assert_eq!(ask("helm list --output=j"), ["--output=json"]);
    assert_eq!(ask("helm install x example/"), ["example/web"]);
    assert_eq!(ask("helm lint charte"), ["charted/"]);
}

/// Scripts made for Helm ask `__complete` of whatever is called `helm`.
#[test]
fn scripts_made_for_helm_are_answered() {
    let s = sandbox();
    let r = s.run(["__complete", "get", "val"]);
    assert_eq!(r.stdout, "values\tShow a release's values\n:4\n");
    assert_eq!(r.stderr, "Completion ended with directive: ShellCompDirectiveNoFileComp\n");
    assert_eq!(s.run(["__completeNoDesc", "get", "val"]).stdout, "values\n:4\n");
    // an address is offered until it is typed; what follows it nobody knows
    assert_eq!(s.run(["__completeNoDesc", "pull", "oci://"]).stdout, "oci://\n:6\n");
    assert_eq!(s.run(["__completeNoDesc", "pull", "oci://x"]).stdout, ":4\n");
}

/// The files of `completions/` are what `completion SHELL` prints, each of them, for both names of the program.
#[test]
fn the_scripts_in_the_repository_are_those_that_are_printed() {
    let shells = ["bash", "fish", "nushell", "powershell", "zsh"];
    let mut files: Vec<_> =
        std::fs::read_dir(crate::kit::project("completions")).expect("a folder").flatten().map(|e| e.path()).collect();
    files.sort();
    assert_eq!(files.iter().filter_map(|f| f.file_stem()).collect::<Vec<_>>(), shells);
    for (shell, file) in shells.iter().zip(&files) {
        let text = std::fs::read_to_string(file).expect("a script");
        for (sandbox, program) in [(Sandbox::new(), "pintle"), (Sandbox::as_helm(), "helm")] {
            let wanted = text.replace("{{PROGRAM}}", program).replace("{{REQUEST}}", "__complete");
            // Helm has no completion for Nushell
            if (program, *shell) != ("helm", "nushell") {
                assert_eq!(sandbox.run(["completion", shell]).ok(), wanted, "{program} {shell}");
            }
        }
    }
}
