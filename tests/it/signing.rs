//! Signed charts and plugins, with real gpg in both directions.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::kit::{Sandbox, skipped};

const WHO: &str = "Pintle Test <test@example.com>";
const OF_A_KEY: [&str; 4] = ["--key", "Pintle Test", "--keyring", "sec.gpg"];

/// A sandbox with a chart and a key in both forms of keyring, exported by gpg; `None` where there is no gpg.
fn signing(algorithm: &str, passphrase: &str) -> Option<Sandbox> {
    let s = Sandbox::new();
    // a blank at the end of a line is no part of what is signed, and a dash at its beginning is escaped
    s.write("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\ndescription: \"a  \\n- b \"\n");
    std::fs::create_dir_all(s.path("gnupg")).expect("gnupg");
    gpg(&s, &["--passphrase", passphrase, "--quick-generate-key", WHO, algorithm, "sign", "never"], None)?;
    gpg(&s, &["--export"], Some("pub.gpg"))?;
    gpg(&s, &["--passphrase", passphrase, "--export-secret-keys"], Some("sec.gpg"))?;
    Some(s)
}

fn gpg(sandbox: &Sandbox, args: &[&str], output: Option<&str>) -> Option<()> {
    let mut c = Command::new("gpg");
    c.arg("--homedir").arg(sandbox.path("gnupg")).args(["--batch", "--yes", "--pinentry-mode", "loopback"]).args(args);
    c.current_dir(sandbox.path("."));
    if let Some(file) = output {
        c.stdout(File::create(sandbox.path(file)).expect("a file"));
    }
    match c.stderr(Stdio::null()).status() {
        Err(_) => {
            skipped("gpg is missing");
            None
        }
        Ok(status) => {
            assert!(status.success(), "gpg {args:?}: {status}");
            Some(())
        }
    }
}

fn read(s: &Sandbox, name: &str) -> String {
    std::fs::read_to_string(s.path(name)).expect(name)
}

#[test]
fn gpg_verifies_what_was_signed_here() {
    for algorithm in ["rsa2048", "ed25519", "nistp256", "nistp384"] {
        let Some(s) = signing(algorithm, "secret") else { return };
        s.write("pass", "secret\n");
        s.run(["package", "app", "--sign", "--passphrase-file", "pass"].into_iter().chain(OF_A_KEY)).ok();
        gpg(&s, &["--verify", "app-1.0.0.tgz.prov"], None);
        let told = s.run(["verify", "app-1.0.0.tgz", "--keyring", "pub.gpg"]).ok();
        assert!(told.starts_with(&format!("Signed by: {WHO}\nUsing Key With Fingerprint: ")), "{algorithm}: {told}");
        assert!(told.contains("\nChart Hash Verified: sha256:"), "{algorithm}: {told}");
    }
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    let Some(s) = signing("rsa2048", "secret") else { return };
    let package = |rest: &[&str]| s.run(["package", "app", "--sign"].iter().chain(rest));
    s.write("pass", "wrong\n");
    package(&["--passphrase-file", "pass", "--key", "Pintle", "--keyring", "sec.gpg"])
        .error_with("openpgp: invalid data: private key checksum failure");
    s.write("pass", "");
    package(&["--passphrase-file", "pass", "--key", "Pintle", "--keyring", "sec.gpg"]).error_with("EOF");
    package(&["--key", "nobody", "--keyring", "sec.gpg"]).error_with("private key not found");
    package(&["--key", "Pintle", "--keyring", "pub.gpg"])
        .error_with("provided key is not a private key. Try providing a keyring with secret keys");
    gpg(&s, &["--armor", "--export"], Some("armored"));
    package(&["--key", "Pintle", "--keyring", "armored"])
        .error_with("openpgp: invalid data: tag byte does not have MSB set");
    gpg(&s, &["--passphrase", "", "--quick-generate-key", "Pintle Second", "rsa2048", "sign", "never"], None);
    gpg(&s, &["--export"], Some("two.gpg"));
    package(&["--key", "Pintle", "--keyring", "two.gpg"]).error_with("more than one key contain the id \"Pintle\"");
}

#[test]
fn one_passphrase_of_the_standard_input_signs_all_charts() {
    let Some(s) = signing("rsa2048", "secret") else { return };
    s.write("other/Chart.yaml", "apiVersion: v2\nname: other\nversion: 1.0.0\n");
    let args = ["package", "app", "other", "--sign", "--passphrase-file", "-"];
    let mut c = s.command(args.into_iter().chain(OF_A_KEY));
    let mut child = c.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("pintle");
    child.stdin.take().expect("its input").write_all(b"secret\r\n").expect("written");
    assert!(child.wait().expect("an end").success());
    for archive in ["app-1.0.0.tgz", "other-1.0.0.tgz"] {
        s.run(["verify", archive, "--keyring", "pub.gpg"]).ok();
    }
}

#[test]
fn what_gpg_signed_is_verified_here() {
    let Some(s) = signing("rsa2048", "") else { return };
    s.run(["package", "app", "--sign"].into_iter().chain(OF_A_KEY)).ok();
    let prov = read(&s, "app-1.0.0.tgz.prov");
    let text = prov.split_once("\n\n").and_then(|(_, t)| t.split("-----BEGIN").next()).expect("the signed text");
    s.write("plain", text.replace("\n- - ", "\n- "));
    // gpg signs with the subkey that is for signing
    gpg(&s, &["--passphrase", "", "--quick-add-key", &fingerprint(&s), "ed25519", "sign", "never"], None);
    gpg(&s, &["--export"], Some("pub.gpg"));
    gpg(&s, &["--clearsign", "--output", "app-1.0.0.tgz.prov", "plain"], None);
    let verify = || s.run(["verify", "app-1.0.0.tgz", "--keyring", "pub.gpg"]);
    assert!(verify().ok().contains(&fingerprint(&s)), "the primary key is told");
    s.run(["show", "chart", "app-1.0.0.tgz", "--verify", "--keyring", "pub.gpg"]).ok();
    s.run(["template", "x", "app-1.0.0.tgz", "--verify", "--keyring", "pub.gpg"]).ok();

    let signed = read(&s, "app-1.0.0.tgz.prov");
    s.write("app-1.0.0.tgz.prov", signed.replace("version: 1.0.0", "version: 1.0.1"));
    verify().error_with("openpgp: invalid signature: EdDSA verification failure");
    s.run(["template", "x", "app-1.0.0.tgz", "--verify", "--keyring", "pub.gpg"])
        .error_with("openpgp: invalid signature: EdDSA verification failure");
    s.write("app-1.0.0.tgz.prov", "no signature");
    verify().error_with("signature block not found");
    s.write("app-1.0.0.tgz.prov", &signed);
    s.write("empty.gpg", "");
    s.run(["verify", "app-1.0.0.tgz", "--keyring", "empty.gpg"])
        .error_with("openpgp: signature made by unknown entity");
    gpg(&s, &["--digest-algo", "SHA1", "--clearsign", "--output", "app-1.0.0.tgz.prov", "plain"], None);
    verify().error_with("openpgp: weak algorithms are rejected: SHA1");
}

fn fingerprint(s: &Sandbox) -> String {
    gpg(s, &["--with-colons", "--fingerprint"], Some("colons"));
    read(s, "colons")
        .lines()
        .find_map(|l| l.strip_prefix("fpr:::::::::")?.split(':').next().map(str::to_owned))
        .expect("one")
}

#[test]
fn plugins_are_signed_and_verified() {
    let Some(s) = signing("rsa2048", "secret") else { return };
    let yaml = "apiVersion: v1\nname: tool\nversion: 0.1.0\ntype: cli/v1\nruntime: subprocess\n\
                runtimeConfig:\n  platformCommand:\n    - command: echo\n";
    s.write("tool/plugin.yaml", yaml);
    s.write("pass", "secret\r\n\n");
    let told = s.run(["plugin", "package", "tool", "--passphrase-file", "pass"].into_iter().chain(OF_A_KEY)).ok();
    assert!(told.starts_with("Successfully signed. Signature written to: tool-0.1.0.tgz.prov\n"), "{told}");
    gpg(&s, &["--verify", "tool-0.1.0.tgz.prov"], None);
    let told = s.run(["plugin", "verify", "tool-0.1.0.tgz", "--keyring", "pub.gpg"]).ok();
    assert!(told.contains("\nPlugin Hash Verified: sha256:"), "{told}");
    s.run(["plugin", "install", "./tool-0.1.0.tgz", "--keyring", "pub.gpg"]).ok();
    let list = s.run(["plugin", "list"]).ok();
    assert!(list.lines().any(|l| l.starts_with("tool") && l.contains("signed") && !l.contains("unsigned")), "{list}");

    s.run(["plugin", "uninstall", "tool"]).ok();
    s.write("none.gpg", "");
    let refused =
        s.command(["plugin", "install", "./tool-0.1.0.tgz", "--keyring", "none.gpg"]).output().expect("pintle");
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "an unknown signer");
    assert_eq!(why, "Error: plugin verification failed: openpgp: signature made by unknown entity\n");
    assert!(!s.run(["plugin", "list"]).ok().contains("tool"), "nothing was installed");
}
