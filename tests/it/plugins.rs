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
fn a_hook_that_fails_leaves_nothing_behind() {
    let s = Sandbox::as_helm();
    let hook = format!("{RUN}  platformHooks:\n    install:\n    - command: ${{HELM_PLUGIN_DIR}}/run.sh\n");
    let yaml = v1("bad", "cli/v1", &hook);
    plugin(&s, "bad", &yaml, "echo trying; exit 3");
    let archived = archive(&[("bad/plugin.yaml", &yaml), ("bad/run.sh", "#!/bin/sh\nexit 3\n")]);
    s.write("bad-1.2.3.tgz", archived);
    for line in ["plugin install ./bad", "plugin install ./bad-1.2.3.tgz --verify=false"] {
        let said = run(&s, line);
        let error = "Error: plugin install hook for \"bad\" exited with error\n";
        assert!(said.code == 1 && said.stderr.ends_with(error), "{}", said.stderr);
        nothing_installed(&s);
    }
    assert!(s.path("bad/run.sh").exists(), "the folder that was linked stays");
    // once it works, nothing is in its way
    plugin(&s, "bad", &yaml, "true");
    run(&s, "plugin install ./bad").ok();
    // one that cannot be removed well is gone all the same, and says so
    let delete =
        yaml.replace("    install:", "    delete:").replace("command: ${HELM_PLUGIN_DIR}/run.sh", "command: 'false'");
    plugin(&s, "bad", &delete, "");
    let said = run(&s, "plugin uninstall bad");
    assert!(said.stderr.contains("plugin delete hook for \"bad\" exited with error"), "{}", said.stderr);
    nothing_installed(&s);
}

/// Helm 4 makes nothing but a getter of a legacy plugin with downloaders; those of helm-push and helm-secrets rely on
/// both, as Helm 3 had it.
#[test]
fn a_legacy_plugin_fetches_and_has_a_command() {
    let s = Sandbox::as_helm();
    let yaml = "name: both\nversion: 0.1.0\nusage: does both\nignoreFlags: true\ncommand: $HELM_PLUGIN_DIR/run.sh\n\
                downloaders:\n- {command: run.sh get, protocols: [both]}\n";
    plugin(&s, "both", yaml, "echo \"from: $*\"");
    run(&s, "plugin install ./both").ok();
    assert_eq!(run(&s, "both a --b").ok(), "from: \n");
    s.chart("web", &[("templates/a.yaml", "x: {{ .Values.from | quote }}\n")]);
    assert!(run(&s, "template web ./web -f both://a").ok().contains("x: \"get    both://a\""));
    assert!(run(&s, "help").ok().contains("does both"));
    assert!(run(&s, "plugin list").ok().contains("getter/v1"));
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
    let why = "the runtime \"extism/v1\" (WebAssembly) is not supported";
    run(&s, "wasm").error_with(why);
    // as getters and post-renderers, too
    let getter = yaml.replace("wasm", "get").replace("cli/v1", "getter/v1") + "config:\n  protocols: [wasm]\n";
    s.write("get/plugin.yaml", getter);
    s.write("mark/plugin.yaml", yaml.replace("wasm", "mark").replace("cli/v1", "postrenderer/v1"));
    run(&s, "plugin install ./get").ok();
    run(&s, "plugin install ./mark").ok();
    s.chart("web", &[("templates/a.yaml", "kind: ConfigMap\n")]);
    run(&s, "template a web -f wasm://v.yaml").error_with(why);
    run(&s, "pull wasm://web-0.1.0.tgz/a").error_with(why);
    assert!(run(&s, "template a web --post-renderer mark").stderr.contains(why));
}

/// What stands before a file in an archive.
fn tar_head(name: &str, size: usize) -> Vec<u8> {
    let mut h = vec![0_u8; 512];
    h[..name.len()].copy_from_slice(name.as_bytes());
    h[100..107].copy_from_slice(b"0000755");
    h[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    h[156] = b'0';
    h[257..263].copy_from_slice(b"ustar ");
    h[148..156].copy_from_slice(b"        ");
    let sum: u32 = h.iter().map(|b| u32::from(*b)).sum();
    h[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    h
}

/// An archive of files, written past every check.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    for (name, text) in files {
        gz.write_all(&tar_head(name, text.len())).expect("memory");
        gz.write_all(text.as_bytes()).expect("memory");
        gz.write_all(&vec![0; text.len().next_multiple_of(512) - text.len()]).expect("memory");
    }
    gz.write_all(&[0; 1024]).expect("memory");
    gz.finish().expect("memory")
}

/// Nothing but the archive may be there afterwards.
#[track_caller]
pub fn nothing_installed(s: &Sandbox) {
    nothing_installed_but(s, &[]);
}

#[track_caller]
fn nothing_installed_but(s: &Sandbox, there: &[&str]) {
    let plugins = s.path("home/.local/share/helm/plugins");
    let mut left: Vec<_> = fs::read_dir(plugins).into_iter().flatten().flatten().map(|e| e.file_name()).collect();
    left.sort();
    assert_eq!(left, there);
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
        nothing_installed(&s);
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
        nothing_installed(&s);
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
    run(&s, "plugin uninstall tool").ok();
    // over HTTP, by the protocol that needs nothing but files
    assert!(git("clone -q --bare . ../site/tool.git") && git("--git-dir ../site/tool.git update-server-info"));
    let server = pintle_testkit::http::Server::files(&s.path("site")).start().expect("a port");
    s.run(["plugin", "install", &server.url("/tool.git"), "--verify=false"]).ok();
    assert_eq!(run(&s, "tool").ok(), "two\n");
    run(&s, "plugin uninstall tool").ok();
    let none = s.run(["plugin", "install", &server.url("/none.git"), "--verify=false"]);
    assert!(none.code == 1 && none.stderr.contains("none.git"), "{}", none.stderr);
    nothing_installed(&s);
    s.run(["plugin", "install", &address, "--verify=false"]).ok();
    // GHSA-vmx8-mqv2-9gmg: a version that climbs comes with an update, too
    plugin(&s, "tool", &v1("tool", "cli/v1", RUN).replace("1.2.3", "../../x"), "echo three");
    assert!(git("commit -q -a -m three"));
    let said = run(&s, "plugin update tool");
    assert!(said.code == 1 && said.stderr.contains("failed to update plugin tool"), "{}", said.stderr);
    assert!(said.stderr.contains("must be valid semver"), "{}", said.stderr);
}

/// Hostile archives, with the entries that a plugin has beside them.
fn refused(files: &[(&str, &str)], why: &str) {
    let s = Sandbox::as_helm();
    let yaml = v1("bad", "cli/v1", RUN);
    let files: Vec<(&str, &str)> = [("bad/plugin.yaml", yaml.as_str())].iter().chain(files).copied().collect();
    s.write("site/bad-1.2.3.tgz", archive(&files));
    let server = pintle_testkit::http::Server::files(&s.path("site")).start().expect("a port");
    for source in [s.path("site/bad-1.2.3.tgz").display().to_string(), server.url("/bad-1.2.3.tgz")] {
        let said = s.run(["plugin", "install", &source, "--verify=false"]);
        assert!(said.code == 1 && said.stderr.contains(why), "{source}: {}", said.stderr);
        nothing_installed(&s);
    }
    assert!(!s.path("home/.local/out").exists() && !s.path("home/.local/share/out").exists());
}

/// The rules of archives of charts, for plugins.
#[test]
fn ghsa_xrxm_mqvm_r553_archives_name_no_place_outside() {
    refused(&[("/tmp/out", "x")], "path is absolute, which is illegal");
    refused(&[("bad\\..\\..\\..\\out", "x")], "path contains '..', which is illegal");
    refused(&[("c:/out", "x")], "path contains ':', which is illegal");
    // a file cannot be a folder, too
    refused(&[("bad/a", "x"), ("bad/a/b", "x")], "bad/a");
}

#[test]
fn ghsa_4hfp_h4cw_hj8p_bombs_are_not_unpacked() {
    let s = Sandbox::as_helm();
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    let mut head = tar_head("bad/plugin.yaml", 3 << 30);
    head.resize(1 << 20, 0);
    gz.write_all(&head).expect("memory");
    s.write("bad-1.2.3.tgz", gz.finish().expect("memory"));
    let said = run(&s, "plugin install ./bad-1.2.3.tgz --verify=false");
    assert!(said.stderr.contains("plugin archive unpacks to more than 1073741824 bytes"), "{}", said.stderr);
    nothing_installed(&s);
}

#[test]
fn ghsa_c38g_469g_cmgx_nothing_of_a_description_steers_the_terminal() {
    let s = Sandbox::as_helm();
    let evil = "\\e[2J\\u0007evil";
    let config = format!("config:\n  shortHelp: \"{evil}\"\n  longHelp: \"a\\n{evil}\"\nsourceURL: \"{evil}\"\n{RUN}");
    plugin(&s, "tool", &v1("tool", "cli/v1", &config), "true");
    plugin(
        &s,
        "old",
        &format!("name: old\nversion: 0.1.0\nusage: \"{evil}\"\ndescription: \"{evil}\"\ncommand: x\n"),
        "true",
    );
    run(&s, "plugin install ./tool").ok();
    run(&s, "plugin install ./old").ok();
    for line in ["help", "help tool", "help old", "plugin list", "__complete to", "__complete plugin update "] {
        let text = run(&s, line).ok();
        assert!(text.contains("evil") || line.starts_with("__"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}']), "`{line}`: {text:?}");
    }
    for version in ["1.2", "v1", "1.2.3\\e[2J", "latest"] {
        s.write("bad/plugin.yaml", format!("name: bad\nversion: \"{version}\"\ncommand: x\n"));
        let said = run(&s, "plugin install ./bad");
        assert!(said.code == 1 && said.stderr.contains("must be valid semver"), "{}", said.stderr);
        assert!(!said.stderr.contains('\u{1b}'), "{:?}", said.stderr);
        nothing_installed_but(&s, &["old", "tool"]);
    }
}

/// CVE-2019-18658 for plugins: what a link leads to may have no end.
#[test]
fn cve_2019_18658_descriptions_are_files() {
    let s = Sandbox::as_helm();
    for target in ["/dev/zero", "/dev/urandom", "."] {
        fs::create_dir_all(s.path("bad")).expect("a folder");
        std::os::unix::fs::symlink(target, s.path("bad/plugin.yaml")).expect("a link");
        let said = run(&s, "plugin install ./bad");
        assert!(said.code == 1 && said.stderr.contains("unusable: failed to read plugin at"), "{}", said.stderr);
        nothing_installed(&s);
        fs::remove_file(s.path("bad/plugin.yaml")).expect("the link");
    }
}

/// Deep and self-repeating YAML ends in an error, soon.
#[test]
fn descriptions_cannot_blow_up() {
    let s = Sandbox::as_helm();
    let mut laughs =
        "apiVersion: v1\nname: bad\nversion: 1.0.0\ntype: cli/v1\nruntime: subprocess\nconfig:\n  a0: &a0 [x, x]\n"
            .to_owned();
    for i in 1..40 {
        laughs += &format!("  a{i}: &a{i} [*a{p}, *a{p}, *a{p}, *a{p}]\n", p = i - 1);
    }
    for text in [laughs, format!("a: {}", "[".repeat(200_000)), format!("a: {}", "{a: ".repeat(200_000))] {
        s.write("bad/plugin.yaml", text);
        let said = run(&s, "plugin install ./bad");
        assert!(said.code == 1 && said.stderr.contains("Error: "), "{}: {}", said.code, said.stderr);
        nothing_installed(&s);
    }
}
