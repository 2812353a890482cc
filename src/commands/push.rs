//! `push`: an archive into a registry (`pkg/pusher`).

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pintle_chart::{load, os_error};
use pintle_go::time::{Location, RFC3339, Time};
use pintle_registry::oci::{Registry, is_oci};

use crate::Context;
use crate::error::CliResult;
use crate::ops::repositories::{getter, request};

pub fn run(cx: &Context<'_>) -> CliResult {
    let [archive, remote, ..] = cx.args.args.as_slice() else { return Err("give an archive and a registry".into()) };
    if !is_oci(remote) {
        let scheme = pintle_registry::Address::parse(remote).map_err(|e| e.to_string())?.scheme;
        return Err(format!("scheme {scheme:?} not supported").into());
    }
    let path = Path::new(archive);
    let about = match std::fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Err(format!("{archive}: no such file").into()),
        about => about.map_err(|e| os_error("stat", path, &e))?,
    };
    if about.is_dir() {
        return Err("cannot push directory, must provide chart archive (.tgz)".into());
    }
    let chart = load::load_file(path, cx.out)?;
    let read = |p: &Path| std::fs::read(p).map_err(|e| os_error("open", p, &e));
    let data = read(path)?;
    let beside = PathBuf::from(format!("{archive}.prov"));
    let provenance = if beside.exists() { Some(read(&beside)?) } else { None };
    // a chart is made when its archive is written
    let written = about.modified().map_err(|e| e.to_string())?;
    let created = Time::from_system(written).in_location(Location::local()).format(RFC3339);
    let created = String::from_utf8_lossy(&created);
    let (getter, request) = (getter(cx, None), request(cx, ""));
    Registry::new(&getter, &request)
        .push(&chart.metadata, &data, provenance.as_deref(), remote, &created, cx.out)
        .map_err(|e| e.to_string())?;
    Ok(())
}
