//! sops, by way of helm-secrets. That plugin is made of shell scripts that come from nowhere but its repository, so
//! what stands here in its place does the same in the same way: a getter that is called with an address as its fourth
//! argument, and a command that decrypts files of values and calls `$HELM_BIN` with what it made of them.

use pintle_testkit::tools::{AGE_KEYGEN, SOPS};

use super::{helm, install_plugin, sandbox, script, tool};
use crate::kit::Sandbox;

/// Both of helm-secrets's forms of a description.
const LEGACY: &str = "name: secrets\nversion: 4.8.0\nusage: Secrets encryption in Helm\nuseTunnel: false\n\
    platformCommand:\n- command: $HELM_PLUGIN_DIR/run.sh\n\
    downloaders:\n- command: run.sh downloader\n  protocols: [secrets, secrets+age-import]\n";
const COMMAND: &str = "apiVersion: v1\ntype: cli/v1\nname: secrets\nversion: 4.8.0\nruntime: subprocess\n\
    config:\n  shortHelp: Secrets encryption in Helm\n\
    runtimeConfig:\n  platformCommand:\n  - command: ${HELM_PLUGIN_DIR}/run.sh\n";
const GETTER: &str = "apiVersion: v1\ntype: getter/v1\nname: secrets-getter\nversion: 4.8.0\nruntime: subprocess\n\
    config:\n  protocols: [secrets, secrets+age-import]\n\
    runtimeConfig:\n  protocolCommands:\n  - protocols: [secrets, secrets+age-import]\n    platformCommand:\n\
    \x20   - command: run.sh\n      args: [downloader]\n";

const SCRIPT: &str = r#"#!/bin/sh
set -eu
[ -d "$HELM_PLUGIN_DIR" ] && [ -x "$HELM_BIN" ] && [ "$HELM_DEBUG" = false ]
case $1 in
downloader)
    [ $# = 5 ]
    case $5 in
    secrets+age-import://*) rest=${5#*://}; SOPS_AGE_KEY_FILE=${rest%%\?*} sops --decrypt "${rest#*\?}" ;;
    *) sops --decrypt "${5#*://}" ;;
    esac ;;
decrypt) sops --decrypt "$2" ;;
*)
    for word; do
        shift
        case $word in
        *.enc.yaml) sops --decrypt "$word" >"$word.dec"; set -- "$@" "$word.dec" ;;
        *) set -- "$@" "$word" ;;
        esac
    done
    code=0
    "$HELM_BIN" "$@" || code=$?
    rm -f ./*.dec
    exit $code ;;
esac
"#;

fn with_secret() -> Option<Sandbox> {
    let mut s = sandbox(&[AGE_KEYGEN, SOPS])?;
    let made = tool(&s, &format!("age-keygen -o {}", s.path("key.txt").display()));
    let public = made.stderr.trim().rsplit(' ').next().expect("a key").to_owned();
    made.ok();
    s.set_env("SOPS_AGE_KEY_FILE", s.path("key.txt").to_string_lossy());
    s.write("plain.yaml", "password: s3cret\n");
    let encrypted = tool(&s, &format!("sops --encrypt --age {public} plain.yaml")).ok();
    assert!(!encrypted.contains("s3cret"), "{encrypted}");
    s.write("v.enc.yaml", encrypted);
    s.chart("web", &[("templates/a.yaml", "p: {{ .Values.password | trim | quote }}\n")]);
    Some(s)
}

#[track_caller]
fn decrypts(s: &Sandbox) {
    for line in [
        "template a web -f secrets://v.enc.yaml".to_owned(),
        "template a web --values plain.yaml,secrets://v.enc.yaml".to_owned(),
        format!("template a web -f secrets+age-import://{}?v.enc.yaml", s.path("key.txt").display()),
        "secrets template a web -f v.enc.yaml".to_owned(),
        "secrets -n default template a web --values v.enc.yaml".to_owned(),
    ] {
        assert!(helm(s, &line).ok().contains("\np: \"s3cret\"\n"), "{line}");
    }
    assert_eq!(helm(s, "secrets decrypt v.enc.yaml").ok(), "password: s3cret\n");
    assert!(helm(s, "template a web --set-file password=secrets://v.enc.yaml").ok().contains("password: s3cret"));
    assert!(helm(s, "secrets lint web -f v.enc.yaml").ok().contains("0 chart(s) failed"));
    let missing = helm(s, "template a web -f secrets://none.yaml");
    assert!(missing.code == 1 && missing.stderr.contains("exited with error"), "{}", missing.stderr);
    assert_eq!(helm(s, "secrets template a none -f v.enc.yaml").code, 1);
    assert!(!s.files().iter().any(|f| f.ends_with(".dec")), "{:?}", s.files());
}

#[test]
fn sops_decrypts_values_for_a_legacy_plugin() {
    let Some(s) = with_secret() else { return };
    script(&s, "plugins/secrets/run.sh", SCRIPT);
    install_plugin(&s, "secrets", LEGACY);
    decrypts(&s);
}

#[test]
fn sops_decrypts_values_for_plugins_of_helm_4() {
    let Some(s) = with_secret() else { return };
    for (name, yaml) in [("secrets", COMMAND), ("secrets-getter", GETTER)] {
        script(&s, &format!("plugins/{name}/run.sh"), SCRIPT);
        install_plugin(&s, name, yaml);
    }
    decrypts(&s);
}
