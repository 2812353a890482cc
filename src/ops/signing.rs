//! Signing archives and holding them against their provenance files: where keyrings lie, who is asked for a passphrase.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use pintle_chart::{load, os_error};
use pintle_plugin::install::Verified;
use pintle_provenance::{Error, Key, Keyring, Signer, Verification};

use super::prompt;
use crate::Context;
use crate::error::CliError;

/// The file of `--keyring`, by default the one that GnuPG 1 kept.
pub fn keyring_file(cx: &Context<'_>) -> String {
    let home = cx.settings.var("GNUPGHOME");
    if home.is_empty() || cx.args.changed("keyring") {
        return cx.args.text("keyring").replace("{{HOME}}", cx.settings.var("HOME"));
    }
    Path::new(home).join("pubring.gpg").display().to_string()
}

/// The keys of `--keyring`.
///
/// # Errors
/// A file that is not there or holds no keys.
pub fn keyring(cx: &Context<'_>) -> Result<Keyring, CliError> {
    let file = keyring_file(cx);
    let file = Path::new(&file);
    let data = fs::read(file).map_err(|e| os_error("open", file, &e))?;
    Keyring::parse(&data).map_err(|e| {
        CliError::new(e.to_string())
            .hint("keyrings are binary: `gpg --export >pubring.gpg`, `gpg --export-secret-keys >secring.gpg`")
    })
}

/// Puts words before an error's text, and keeps its hint.
pub fn wrap(words: &str, e: CliError) -> CliError {
    CliError { text: format!("{words}: {}", e.text), ..e }
}

/// Holds a chart's archive against its provenance file and says who signed it (`VerifyChart`); `name` is the archive's
/// name there.
///
/// # Errors
/// Helm's texts for whatever does not fit.
pub fn verify(cx: &Context<'_>, archive: &Path, provenance: &Path, name: &str) -> Result<String, CliError> {
    let about = fs::metadata(archive).map_err(|e| os_error("stat", archive, &e))?;
    if about.is_dir() {
        return Err("unpacked charts cannot be verified".into());
    }
    if !Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("tgz")) {
        return Err("chart must be a tgz file".into());
    }
    if let Err(e) = fs::metadata(provenance) {
        let why = os_error("stat", provenance, &e);
        return Err(format!("could not load provenance file {}: {why}", provenance.display()).into());
    }
    let ring = keyring(cx).map_err(|e| wrap("failed to load keyring", e))?;
    let read = |file: &Path, what: &str| {
        fs::read(file).map_err(|e| format!("failed to read {what}: {}", os_error("open", file, &e)))
    };
    let (data, signed) = (read(archive, "chart archive")?, read(provenance, "provenance file")?);
    let found = pintle_provenance::verify(&ring, &data, &signed, name)?;
    Ok(told(&who(&found), "Chart"))
}

/// Holds a plugin's archive against its provenance file (`VerifyPlugin`).
///
/// # Errors
/// Helm's texts for whatever does not fit.
pub fn verify_plugin(cx: &Context<'_>, archive: &[u8], provenance: &[u8], name: &str) -> Result<Verified, CliError> {
    let ring = keyring(cx)?;
    let found = pintle_provenance::verify(&ring, archive, provenance, name)?;
    Ok(who(&found))
}

fn who(found: &Verification<'_>) -> Verified {
    let key: &Key = found.signed_by;
    Verified { signed_by: key.names().collect(), fingerprint: key.fingerprint(), hash: found.hash.clone() }
}

/// The lines that say who signed something.
pub fn told(by: &Verified, what: &str) -> String {
    let names: String = by.signed_by.iter().map(|n| format!("Signed by: {n}\n")).collect();
    format!("{names}Using Key With Fingerprint: {}\n{what} Hash Verified: {}\n", by.fingerprint, by.hash)
}

/// How much of `--passphrase-file` is the passphrase.
#[derive(Clone, Copy, PartialEq)]
pub enum Extent {
    /// The first line (`package`).
    Line,
    /// Everything but the line ends at its end (`plugin package`).
    Whole,
}

/// The passphrase of `--passphrase-file`, read once for all that is signed.
pub struct Passphrase {
    extent: Extent,
    known: OnceCell<Vec<u8>>,
}

impl Passphrase {
    /// One that was not read yet.
    pub fn new(extent: Extent) -> Self {
        Passphrase { extent, known: OnceCell::new() }
    }

    /// The key of `--key`, ready for signing.
    ///
    /// # Errors
    /// Keys that are not there or stay locked.
    pub fn signer<'a>(&self, cx: &Context<'_>, ring: &'a Keyring) -> Result<Signer<'a>, CliError> {
        let found = ring.find(&cx.args.text("key"));
        if let Err(e @ Error::Vague(_)) = found {
            return Err(e.into());
        }
        let file = cx.args.text("passphrase-file");
        if !file.is_empty() && self.known.get().is_none() {
            let _ = self.known.set(read_passphrase(&file, self.extent)?);
        }
        let key = found?;
        let ask = |name: &str| match self.known.get() {
            Some(known) => Ok(known.clone()),
            None => ask(cx, name),
        };
        key.unlock(ask)
    }
}

fn ask(cx: &Context<'_>, name: &str) -> Result<Vec<u8>, CliError> {
    let question = format!("Password for key {} >  ", pintle_go::strconv::quote(name.as_bytes()));
    let read = prompt::secret(cx, &question, "give --passphrase-file where there is no terminal");
    if read.is_err() {
        cx.out.line("");
    }
    read.map(String::into_bytes)
}

/// What a file says; `-` is the standard input, which must be a pipe.
fn read_passphrase(file: &str, extent: Extent) -> Result<Vec<u8>, CliError> {
    let path = Path::new(file);
    let failed = |call: &str, e: &std::io::Error| CliError::new(os_error(call, path, e));
    let opened = if file == "-" {
        let input = std::io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| failed("stat", &e))?;
        if !input.metadata().is_ok_and(|m| m.file_type().is_fifo()) {
            return Err("specified reading passphrase from stdin, without input on stdin".into());
        }
        input
    } else {
        File::open(path).map_err(|e| failed("open", &e))?
    };
    let mut reader = BufReader::new(opened);
    let mut text = Vec::new();
    match extent {
        Extent::Line => {
            if reader.read_until(b'\n', &mut text).map_err(|e| failed("read", &e))? == 0 {
                return Err("EOF".into());
            }
            for end in [b'\n', b'\r'] {
                text.pop_if(|b| *b == end);
            }
        }
        Extent::Whole => {
            reader.read_to_end(&mut text).map_err(|e| failed("read", &e))?;
            while text.pop_if(|b| matches!(b, b'\n' | b'\r')).is_some() {}
        }
    }
    Ok(text)
}

/// Writes the provenance file of a chart's archive beside it (`Package.Clearsign`).
///
/// # Errors
/// Keys that are not there or stay locked; files that cannot be written.
pub fn sign(cx: &Context<'_>, archive: &Path, passphrase: &Passphrase) -> Result<(), CliError> {
    let ring = keyring(cx)?;
    let signer = passphrase.signer(cx, &ring)?;
    let chart = load::load(archive, cx.out).map_err(|e| format!("failed to load chart for signing: {e}"))?;
    let metadata = chart.metadata.to_yaml().map_err(|e| format!("failed to marshal chart metadata: {e}"))?;
    let data =
        fs::read(archive).map_err(|e| format!("failed to read chart archive: {}", os_error("open", archive, &e)))?;
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let text = pintle_provenance::sign(&signer, &data, &name, &metadata)?;
    let mut file = archive.as_os_str().to_owned();
    file.push(".prov");
    fs::write(&file, text).map_err(|e| os_error("open", Path::new(&file), &e).into())
}
