//! `verify`: holds an archive against its provenance file (`pkg/action/verify.go`).

use std::path::Path;

use crate::Context;
use crate::error::CliResult;
use crate::ops::signing;

pub fn run(cx: &Context<'_>) -> CliResult {
    let given = cx.args.args.first().map_or("", String::as_str);
    let archive = Path::new(given);
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    cx.out.data(signing::verify(cx, archive, Path::new(&format!("{given}.prov")), &name)?);
    Ok(())
}
