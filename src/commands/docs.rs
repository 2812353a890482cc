//! `docs`: a page for each command, for a site or for `man`.

use std::path::Path;

use crate::Context;
use crate::cli::docs;
use crate::commands::completion;
use crate::error::{CliError, CliResult};

pub fn run(cx: &Context<'_>) -> CliResult {
    let program = &cx.settings.program;
    let dir = cx.args.text("dir");
    let write = |name: String, text: String| {
        let path = Path::new(&dir).join(&name);
        std::fs::write(&path, text).map_err(|e| CliError::new(pintle_chart::os_error("open", &path, &e)))
    };
    match cx.args.text("type").as_str() {
        "markdown" | "mdown" | "md" => {
            let header = cx.args.on("generate-headers");
            docs::pages(program)
                .into_iter()
                .try_for_each(|c| write(docs::file_stem(c, program, "_") + ".md", docs::markdown(c, program, header)))
        }
        "man" => docs::pages(program)
            .into_iter()
            .try_for_each(|c| write(docs::file_stem(c, program, "-") + ".1", docs::man(c, program))),
        "bash" => write("completions.bash".to_owned(), completion::shell_script("bash", program, true)),
        other => Err(CliError::new(format!("unknown doc type {other:?}. Try 'markdown' or 'man'"))),
    }
}
