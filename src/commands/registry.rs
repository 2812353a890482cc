//! `registry login` and `registry logout`: credentials of registries.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use pintle_chart::log::{Level, LogSink as _, Record};
use pintle_registry::oci::{self, Registry};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::prompt;
use crate::ops::repositories::{getter, request};

/// `registry login`
pub fn login(cx: &Context<'_>) -> CliResult {
    let host = cx.args.args.first().map_or("", String::as_str);
    let mut request = request(cx, "");
    request.insecure_skip_tls_verify |= cx.args.on("insecure");
    (request.username, request.password) = account(cx)?;
    let getter = getter(cx, None);
    Registry::new(&getter, &request).login(host, cx.out).map_err(|e| e.to_string())?;
    cx.out.line("Login Succeeded");
    Ok(())
}

/// `registry logout`
pub fn logout(cx: &Context<'_>) -> CliResult {
    let host = cx.args.args.first().map_or("", String::as_str);
    oci::logout(Path::new(&cx.settings.registry_config()), host).map_err(|e| e.to_string())?;
    cx.out.line(format!("Removing login credentials for {host}"));
    Ok(())
}

/// User name and password: of the flags, the standard input, or the terminal (`getUsernamePassword`).
fn account(cx: &Context<'_>) -> Result<(String, String), CliError> {
    let (mut username, password) = (cx.args.text("username"), cx.args.text("password"));
    let stdin = std::io::stdin();
    if cx.args.on("password-stdin") {
        let mut text = String::new();
        stdin.lock().read_to_string(&mut text).map_err(|e| e.to_string())?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return Ok((username, text.strip_suffix('\r').unwrap_or(text).to_owned()));
    }
    if !password.is_empty() {
        let msg = "using --password via the CLI is insecure. Use --password-stdin";
        cx.out.log(&Record { level: Level::Warn, msg, attrs: &[] });
        return Ok((username, password));
    }
    if username.is_empty() {
        cx.out.data("Username: ");
        cx.out.flush();
        let mut line = String::new();
        if stdin.lock().read_line(&mut line).map_err(|e| e.to_string())? == 0 {
            return Err("EOF".into());
        }
        line.trim().clone_into(&mut username);
    }
    let what = if username.is_empty() { "Token" } else { "Password" };
    let password = prompt::secret(cx, &format!("{what}: "), "give --password-stdin where there is no terminal")?;
    if password.is_empty() {
        return Err(format!("{} required", what.to_lowercase()).into());
    }
    Ok((username, password))
}
