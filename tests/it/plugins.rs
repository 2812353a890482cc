//! Plugins: installed, listed, run and removed, and what hostile ones cannot do.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::kit::{Run, Sandbox, skipped};

/// A plugin with a script in a folder of the sandbox.
pub fn plugin(s: &Sandbox, name: &str, yaml: &str, script: &str) {
    s.write(&format!("{name}/plugin.yaml"), yaml);
    let path = s.write(&format!("{name}/run.sh"), format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("an executable");
}

pub fn v1(name: &str, kind: &str, more: &str) -> String {
    format!("apiVersion: v1\nname: {name}\nversion: 1.2.3\ntype: {kind}\nruntime: subprocess\n{more}")
}

pub const RUN: &str = "runtimeConfig:\n  platformCommand:\n  - command: ${HELM_PLUGIN_DIR}/run.sh\n";

pub fn run(s: &Sandbox, line: &str) -> Run {
    s.run(line.split(' '))
}

#[test]
fn a_command_gets_its_arguments_and_settings() {
    let s = Sandbox::as_helm();
    let script = "echo \"$HELM_PLUGIN_NAME:$HELM_NAMESPACE:$HELM_DEBUG:$HELM_KUBECONTEXT:$*\"; exit ${CODE:-0}";
    plugin(&s, "tool", &v1("tool", "cli/v1", RUN), script);
    let said = run(&s, "plugin install ./tool").ok();
    assert_eq!(said, "Installing plugin from local directory (development mode)\nInstalled plugin: tool\n");
    assert_eq!(run(&s, "tool a -n ns --flag -x=1 --kube-context c -- z").ok(), "tool:ns:false:c:a --flag -x=1 -- z\n");
    assert_eq!(run(&s, "--namespace before tool --help").ok(), "tool:before:false::--help\n");
    let listed = run(&s, "plugin list").ok();
    let row: Vec<&str> = listed.lines().nth(1).expect("a row").split('\t').map(str::trim).collect();
    assert_eq!(row, ["tool", "1.2.3", "cli/v1", "v1", "local dev", "unknown"]);
    assert_eq!(run(&s, "plugin uninstall tool").ok(), "Uninstalled plugin: tool\n");
    assert!(s.path("tool/run.sh").exists(), "the folder that was linked stays");
    run(&s, "tool").error_with("unknown command \"tool\" for \"helm\"");
}

#[test]
fn exit_codes_and_streams_pass_through() {
    let s = Sandbox::as_helm();
    plugin(&s, "tool", &v1("tool", "cli/v1", RUN), "echo out; echo err >&2; exit 7");
    run(&s, "plugin install ./tool").ok();
    let r = run(&s, "tool");
    assert_eq!((r.code, r.stdout.as_str()), (7, "out\n"));
    assert_eq!(r.stderr, "err\nError: plugin \"tool\" exited with error\n");
}

#[test]
fn hooks_run_on_events() {
    let s = Sandbox::as_helm();
    let hooks = "name: old\nversion: 0.1.0\ncommand: $HELM_PLUGIN_DIR/run.sh\nhooks:\n  install: echo in $HELM_PLUGIN_NAME\n  delete: echo out\n";
    plugin(&s, "old", hooks, "echo run");
    assert!(run(&s, "plugin install ./old").ok().contains("\nin old\nInstalled plugin: old\n"));
    assert_eq!(run(&s, "old").ok(), "run\n");
    assert_eq!(run(&s, "plugin rm old").ok(), "out\nUninstalled plugin: old\n");
}

#[test]
fn values_come_from_getter_plugins() {
    let s = Sandbox::as_helm();
    let getter = "name: vault\nversion: 0.1.0\ndownloaders:\n- command: run.sh\n  protocols: [secrets]\n";
    // certificate, key, authorities, address
    plugin(&s, "vault", getter, "[ $# = 4 ] && echo \"from: $4\"");
    run(&s, "plugin install ./vault").ok();
    s.chart("web", &[("templates/a.yaml", "x: {{ .Values.from | quote }}\n")]);
    assert!(run(&s, "template web ./web -f secrets://a/b.yaml").ok().contains("x: \"secrets://a/b.yaml\""));
    assert!(run(&s, "template web ./web --set-file from=secrets://c").ok().contains("x: \"from: secrets://c\\n\""));
    run(&s, "template web ./web -f other://a").error_with("other://a");
}

#[test]
fn manifests_go_through_post_renderer_plugins() {
    let s = Sandbox::as_helm();
    plugin(&s, "mark", &v1("mark", "postrenderer/v1", RUN), "sed \"s/marker/$1/\"");
    plugin(&s, "mute", &v1("mute", "postrenderer/v1", RUN), "cat >/dev/null");
    run(&s, "plugin install ./mark").ok();
    run(&s, "plugin install ./mute").ok();
    s.chart("web", &[("templates/a.yaml", "kind: ConfigMap\nmetadata:\n  name: marker\n")]);
    let text = run(&s, "template web ./web --post-renderer mark --post-renderer-args other").ok();
    assert!(text.contains("name: other"), "{text}");
    run(&s, "template web ./web --post-renderer mute").error_with("post-renderer \"mute\" produced empty output");
    run(&s, "template web ./web --post-renderer /bin/cat")
        .error_with("plugin: {Name:/bin/cat Type:postrenderer/v1} not found");
}

#[test]
fn plugins_complete() {
    let s = Sandbox::as_helm();
    plugin(&s, "tool", &v1("tool", "cli/v1", &format!("config:\n  shortHelp: a tool\n{RUN}")), "true");
    s.write("tool/completion.yaml", "commands:\n- name: fetch\n  flags: [q, quiet]\n- name: list\n");
    let path = s.write("tool/plugin.complete", "#!/bin/sh\necho \"$*.\"\necho :2\n");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("an executable");
    run(&s, "plugin install ./tool").ok();
    assert!(run(&s, "__complete to").ok().starts_with("tool\ta tool\n:4\n"));
    assert_eq!(run(&s, "__complete tool f").ok(), "fetch\n:4\n");
    assert_eq!(run(&s, "__complete tool fetch --q").ok(), "--qps\tqueries per second used when communicating with the Kubernetes API, not including bursting\n--quiet\nfetch --q.\n:2\n".replace("--qps\tqueries per second used when communicating with the Kubernetes API, not including bursting", run(&s, "__complete list --qp").ok().lines().next().expect("a flag")));
    assert_eq!(run(&s, "__complete tool list -n ns x y").ok(), "list x y.\n:2\n");
    assert_eq!(run(&s, "__complete plugin update t").ok().lines().next(), Some("tool\ta tool"));
}

#[test]
fn wasm_plugins_are_refused_in_words() {
    let s = Sandbox::as_helm();
    let yaml = "apiVersion: v1\nname: wasm\nversion: 0.1.0\ntype: cli/v1\nruntime: extism/v1\n";
    s.write("wasm/plugin.yaml", yaml);
    run(&s, "plugin install ./wasm").ok();
    run(&s, "wasm").error_with("the runtime \"extism/v1\" (WebAssembly) is not supported");
}

/// An archive of files, written past every check.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    for (name, text) in files {
        let mut h = [0_u8; 512];
        h[..name.len()].copy_from_slice(name.as_bytes());
        h[100..107].copy_from_slice(b"0000755");
        h[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        h[156] = b'0';
        h[257..263].copy_from_slice(b"ustar ");
        h[148..156].copy_from_slice(b"        ");
        let sum: u32 = h.iter().map(|b| u32::from(*b)).sum();
        h[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        gz.write_all(&h).expect("memory");
        gz.write_all(text.as_bytes()).expect("memory");
        gz.write_all(&vec![0; text.len().next_multiple_of(512) - text.len()]).expect("memory");
    }
    gz.write_all(&[0; 1024]).expect("memory");
    gz.finish().expect("memory")
}

/// Nothing but the archive may be there afterwards.
#[track_caller]
pub fn nothing_installed(s: &Sandbox) {
    let plugins = s.path("home/.local/share/helm/plugins");
    let left: Vec<_> = fs::read_dir(plugins).into_iter().flatten().flatten().map(|e| e.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn ghsa_vmx8_mqv2_9gmg_versions_climb_nowhere() {
    let s = Sandbox::as_helm();
    let yaml = v1("bad", "cli/v1", RUN).replace("1.2.3", "../../../x");
    s.write("bad-1.0.0.tgz", archive(&[("bad/plugin.yaml", &yaml)]));
    let said = run(&s, "plugin install ./bad-1.0.0.tgz --verify=false");
    assert!(said.stderr.contains("invalid plugin `version` \"../../../x\": must be valid semver"), "{}", said.stderr);
    nothing_installed(&s);
}

#[test]
fn ghsa_q5jf_9vfq_h4h7_nothing_unsigned_is_installed() {
    let s = Sandbox::as_helm();
    s.write("ok-1.2.3.tgz", archive(&[("ok/plugin.yaml", &v1("ok", "cli/v1", RUN))]));
    let said = run(&s, "plugin install ./ok-1.2.3.tgz");
    assert_eq!(said.code, 1);
    assert_eq!(said.stderr, "Error: plugin verification failed: no provenance file (.prov) found\n");
    nothing_installed(&s);
    run(&s, "plugin install ./ok-1.2.3.tgz --verify=false").ok();
    assert!(s.path("home/.local/share/helm/plugins/ok/plugin.yaml").exists());
}

#[test]
fn ghsa_m54r_vrmv_hw33_names_are_words() {
    let s = Sandbox::as_helm();
    for name in ["../x", "a b", "a/b", "", "a\u{1b}[31m"] {
        s.write("bad/plugin.yaml", format!("name: {}\nversion: 0.1.0\ncommand: x\n", serde_json::json!(name)));
        run(&s, "plugin install ./bad").stderr.contains("invalid plugin name").then_some(()).expect(name);
        run(&s, "plugin uninstall bad");
        let _ = fs::remove_file(s.path("home/.local/share/helm/plugins/bad"));
    }
}

#[test]
fn ghsa_c52f_pq47_2r9j_keys_stand_once() {
    let s = Sandbox::as_helm();
    s.write("bad/plugin.yaml", "name: bad\nversion: 0.1.0\nhooks:\n  install: a\nhooks:\n  install: b\n");
    let said = run(&s, "plugin install ./bad");
    assert!(said.stderr.contains("line 5: mapping key \"hooks\" already defined at line 3"), "{}", said.stderr);
}

#[test]
fn ghsa_qq3j_xp49_j73f_archives_stay_in_their_folder() {
    let s = Sandbox::as_helm();
    let yaml = v1("bad", "cli/v1", RUN);
    s.write("bad-1.2.3.tgz", archive(&[("bad/plugin.yaml", &yaml), ("bad/../../../out", "x")]));
    let said = run(&s, "plugin install ./bad-1.2.3.tgz --verify=false");
    assert!(said.stderr.contains("path contains '..', which is illegal"), "{}", said.stderr);
    nothing_installed(&s);
    assert!(!s.path("home/.local/out").exists());
}

#[test]
fn ghsa_r53h_jv2g_vpx6_empty_descriptions_are_errors() {
    let s = Sandbox::as_helm();
    for text in [
        "",
        "null\n",
        "[]\n",
        "a\n",
        "name:\n",
        "apiVersion: v1\nname: x\nversion: 1.0.0\ntype: cli/v1\nruntime: subprocess\nconfig: 1\n",
    ] {
        s.write("bad/plugin.yaml", text);
        let said = run(&s, "plugin install ./bad");
        assert_eq!(said.code, 1, "{text:?}");
        assert!(said.stderr.contains("Error: plugin is installed but unusable: ") && !said.stderr.contains("panicked"));
        fs::remove_file(s.path("home/.local/share/helm/plugins/bad")).expect("the link");
    }
}

#[test]
fn git_repositories_are_cloned_and_updated() {
    let s = Sandbox::as_helm();
    let git = |args: &str| {
        let mut c = std::process::Command::new("git");
        c.args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(args.split(' '))
            .current_dir(s.path("tool"));
        c.env("HOME", s.path("home")).output().is_ok_and(|o| o.status.success())
    };
    plugin(&s, "tool", &v1("tool", "cli/v1", RUN), "echo one");
    if !git("init -q -b main") {
        return skipped("git is missing");
    }
    assert!(git("add -A") && git("commit -q -m one") && git("tag v1.2.3"));
    plugin(&s, "tool", &v1("tool", "cli/v1", RUN), "echo two");
    assert!(git("commit -q -a -m two"));
    let address = format!("file://{}", s.path("tool").display());
    s.run(["plugin", "install", &address])
        .stderr
        .contains("does not support verification")
        .then_some(())
        .expect("refused");
    s.run(["plugin", "install", &address, "--verify=false", "--version", "~1.2"]).ok();
    assert_eq!(run(&s, "tool").ok(), "one\n");
    run(&s, "plugin uninstall tool").ok();
    s.run(["plugin", "install", &address, "--verify=false", "--version", "main"]).ok();
    assert_eq!(run(&s, "tool").ok(), "two\n");
}
