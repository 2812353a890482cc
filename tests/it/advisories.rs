//! What advisories against Helm told of, as far as charts, repositories and registries go: each is refused, or harmless,
//! and leaves everything as it was. Plugins have theirs beside their other tests.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::kit::Sandbox;
use crate::server::{Reply, Server};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

/// A gzipped tar of files, or of links where a target is given.
fn archive(entries: &[(&str, &[u8], Option<&str>)]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    for (name, data, link) in entries {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        head[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        head[136..147].copy_from_slice(b"00000000000");
        head[156] = if link.is_some() { b'2' } else { b'0' };
        let target = link.unwrap_or_default().as_bytes();
        head[157..157 + target.len()].copy_from_slice(target);
        head[257..265].copy_from_slice(b"ustar\x0000");
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        gz.write_all(&head).expect("writing to memory");
        gz.write_all(data).expect("writing to memory");
        gz.write_all(&vec![0; data.len().next_multiple_of(512) - data.len()]).expect("writing to memory");
    }
    gz.write_all(&[0; 1024]).expect("writing to memory");
    gz.finish().expect("writing to memory")
}

/// A repository of one chart: its entry in the index, and its archive.
fn repository(index: String, archive: Vec<u8>) -> Server {
    Server::start(move |asked| match asked.target.as_str() {
        "/index.yaml" => Reply::new(200, index.clone()),
        "/c-0.1.0.tgz" => Reply::new(200, archive.clone()),
        _ => Reply::new(404, ""),
    })
}

fn index(entries: &str) -> String {
    format!("apiVersion: v1\nentries:\n{entries}")
}

const ENTRY: &str = "  c:\n  - {apiVersion: v2, name: c, version: 0.1.0, urls: [c-0.1.0.tgz]}\n";

/// `repo add` of an index; the caches must not keep one that is refused.
fn add(s: &Sandbox, text: String) -> crate::kit::Run {
    let server = repository(text, Vec::new());
    let run = s.run(["repo", "add", "r", &format!("http://{}", server.host)]);
    if run.code != 0 {
        assert!(!s.path("home/.cache/helm/repository/r-index.yaml").exists(), "a refused index was kept");
        assert!(!s.path("home/.config/helm/repositories.yaml").exists(), "a refused repository was kept");
    }
    run
}

#[test]
fn ghsa_hr2v_4r36_88hr_names_that_are_folders() {
    for name in [".", "..", "a/../b"] {
        let s = Sandbox::new();
        let chart = format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
        let server =
            repository(index(ENTRY), archive(&[("c/Chart.yaml", chart.as_bytes(), None), ("c/boo.txt", b"boo", None)]));
        let run = s.run(["pull", "c", "--repo", &format!("http://{}", server.host), "--untar"]);
        assert_eq!(run.code, 1, "{name}: {run:?}");
        assert!(!s.path("boo.txt").exists() && !s.path("Chart.yaml").exists() && !s.path("../boo.txt").exists());
    }
}

#[test]
fn ghsa_9h84_qmv7_982p_schemas_that_never_end() {
    let s = Sandbox::new();
    s.chart("c", &[("values.yaml", "a: 1\n"), ("values.schema.json", r#"{"$ref": "file:///dev/zero"}"#)]);
    let start = std::time::Instant::now();
    s.run(["template", "r", "./c"]).error();
    assert!(start.elapsed().as_secs() < 30);
}

#[test]
fn ghsa_f9f8_9pmf_xv68_wrong_types_and_nothing_at_all() {
    for extra in [
        "maintainers: [null]",
        "dependencies: [{name: d, version: 1, repository: '', import-values: [{child: 1, parent: []}]}]",
        "version: null",
        "keywords: {a: 1}",
        "annotations: [1]",
        "dependencies: [null]",
    ] {
        let s = Sandbox::new();
        s.write("c/Chart.yaml", format!("apiVersion: v2\nname: c\n{extra}\n"));
        s.run(["template", "r", "./c"]).error();
        let run = s.run(["lint", "./c"]);
        assert!(run.code == 1 && !run.stderr.contains("panicked"), "{extra}: {run:?}");
        let entry = format!("  c:\n  - {{apiVersion: v2, name: c, version: 0.1.0, {extra}, urls: [c.tgz]}}\n");
        let run = add(&s, index(&entry));
        assert!(run.code < 2 && !run.stderr.contains("panicked"), "{extra}: {run:?}");
    }
}

#[test]
fn ghsa_557j_xg8c_q2mm_a_lock_file_that_leads_elsewhere() {
    let s = Sandbox::new();
    s.chart("d", &[]);
    s.write("c/Chart.yaml", format!("{CHART}dependencies: [{{name: d, version: 0.1.0, repository: 'file://../d'}}]\n"));
    s.write("precious", "as it was\n");
    std::os::unix::fs::symlink("../precious", s.path("c/Chart.lock")).expect("a link");
    let run = s.run(["dependency", "update", "./c"]);
    assert!(run.code == 1, "{run:?}");
    assert_eq!(std::fs::read_to_string(s.path("precious")).expect("the file"), "as it was\n");
    std::fs::write(s.path("precious"), "dependencies: []\ndigest: x\n").expect("a lock");
    let run = s.run(["dependency", "update", "./c"]);
    assert!(run.stderr.contains("the Chart.lock file is a symlink to \"../precious\""), "{run:?}");
    assert_eq!(std::fs::read_to_string(s.path("precious")).expect("the file"), "dependencies: []\ndigest: x\n");
}

#[test]
fn ghsa_4hfp_h4cw_hj8p_bombs() {
    let s = Sandbox::new();
    let four = vec![0u8; 4 << 20];
    let names: Vec<String> = (0..27).map(|i| format!("c/files/{i}")).collect();
    let mut entries: Vec<(&str, &[u8], Option<&str>)> = vec![("c/Chart.yaml", CHART.as_bytes(), None)];
    entries.extend(names.iter().map(|n| (n.as_str(), four.as_slice(), None)));
    s.write("many.tgz", archive(&entries));
    s.run(["show", "chart", "./many.tgz"]).error_with("larger than the maximum size 104857600");
    let six = vec![0u8; 6 << 20];
    s.write("large.tgz", archive(&[("c/Chart.yaml", CHART.as_bytes(), None), ("c/large", &six, None)]));
    s.run(["show", "chart", "./large.tgz"]).error();
    let server = repository(index(ENTRY), archive(&entries));
    let run = s.run(["pull", "c", "--repo", &format!("http://{}", server.host), "--untar", "-d", "home"]);
    assert!(run.code == 1 && run.stderr.contains("larger than the maximum size 104857600"), "{run:?}");
    assert!(!s.path("home/c/files").exists());
}

#[test]
fn ghsa_5xqw_8hwv_wg92_schemas_of_many_levels() {
    let s = Sandbox::new();
    let deep = format!("{}{{}}{}", r#"{"properties": {"a": "#.repeat(20_000), "}}".repeat(20_000));
    s.chart("c", &[("values.yaml", "a: 1\n"), ("values.schema.json", &deep)]);
    s.run(["template", "r", "./c"]).error();
    let around = r##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##;
    s.write("c/values.schema.json", around);
    s.run(["template", "r", "./c"]).error();
}

#[test]
fn ghsa_67fx_wx78_jx33_schemas_that_are_none() {
    for schema in ["{", "[]", "7", r#"{"type": 5}"#, r#"{"$ref": 1}"#, r#"{"pattern": "("}"#] {
        let s = Sandbox::new();
        s.chart("c", &[("values.yaml", "a: 1\n"), ("values.schema.json", schema)]);
        s.run(["template", "r", "./c"]).error();
    }
}

#[test]
fn ghsa_r53h_jv2g_vpx6_and_ghsa_53c4_hhmh_vw5q_indexes_with_nothing_in_them() {
    for entries in ["  c: [null]\n", "  c: null\n", "  c:\n  - {}\n", "  c:\n  - {urls: [x]}\n"] {
        let s = Sandbox::new();
        add(&s, index(entries)).ok();
        let run = s.run(["search", "repo"]);
        assert!(run.code == 0 && run.stdout.contains("No results found"), "{entries}: {run:?}");
        s.run(["pull", "r/c"]).error();
    }
    for text in ["apiVersion: v1\n", "apiVersion: v1\nentries: null\n"] {
        let s = Sandbox::new();
        add(&s, text.to_owned()).ok();
        s.run(["pull", "r/c"]).error();
    }
    for text in ["", "null", "[]", "entries: {}", "apiVersion: v1\nentries: []\n", "apiVersion: v1\nentries: {c: {}}\n"]
    {
        let s = Sandbox::new();
        assert_eq!(add(&s, text.to_owned()).code, 1, "{text:?}");
    }
    // megabytes of nothing
    let s = Sandbox::new();
    assert_eq!(add(&s, " \n".repeat(4 << 20)).code, 1);
    assert_eq!(add(&s, "[".repeat(1 << 20)).code, 1);
    s.write("home/.config/helm/repositories.yaml", "apiVersion: v1\nrepositories: [null]\n");
    let run = s.run(["repo", "list"]);
    assert!(!run.stderr.contains("panicked") && run.code < 2, "{run:?}");
}

#[test]
fn ghsa_v53g_5gjp_272r_names_that_climb() {
    let s = Sandbox::new();
    s.write("c/Chart.yaml", "apiVersion: v2\nname: ../../escaped\nversion: 0.1.0\n");
    s.run(["package", "./c", "-d", "home"]).error();
    assert_ne!(s.run(["lint", "./c"]).code, 0);
    assert_eq!(s.files(), ["c/Chart.yaml"]);
    assert!(!s.path("../escaped-0.1.0.tgz").exists() && !s.path("escaped-0.1.0.tgz").exists());
}

#[test]
fn ghsa_pwcw_6f5g_gxf8_names_are_not_looked_up() {
    let s = Sandbox::new();
    s.chart("c", &[("templates/a.yaml", "a: '{{ getHostByName \"localhost\" }}'\n")]);
    assert!(s.run(["template", "r", "./c"]).ok().contains("a: ''"));
}

#[test]
fn ghsa_6rx9_889q_vv2r_and_ghsa_7hfp_qfw3_5jxh_values_of_many_levels_and_places() {
    let s = Sandbox::new();
    s.chart("c", &[]);
    let deep = format!("{}=1", vec!["a"; 1000].join("."));
    s.run(["template", "r", "./c", "--set", &deep]).error_with("value name nested level is greater than");
    s.run(["template", "r", "./c", "--set", "a[999999999]=1"]).error_with("index of 999999999 is greater than");
}

#[test]
fn ghsa_56hp_xqp3_w2jf_credentials_stay_with_the_repository() {
    let s = Sandbox::new();
    let elsewhere = repository(String::new(), archive(&[("c/Chart.yaml", CHART.as_bytes(), None)]));
    let there = format!("http://{}/c-0.1.0.tgz", elsewhere.host);
    let entry = format!("  c:\n  - {{apiVersion: v2, name: c, version: 0.1.0, urls: ['{there}']}}\n");
    let moved = "  d:\n  - {apiVersion: v2, name: d, version: 0.1.0, urls: [moved.tgz]}\n";
    let text = index(&format!("{entry}{moved}"));
    let home = Server::start(move |asked| {
        if asked.header("authorization").is_none() {
            return Reply::new(401, "");
        }
        match asked.target.as_str() {
            "/index.yaml" => Reply::new(200, text.clone()),
            _ => Reply::new(302, "").with("Location", there.clone()),
        }
    });
    let url = format!("http://{}", home.host);
    let account = ["--username", "user", "--password", "password"];
    s.run(["repo", "add", "r", &url].iter().chain(&account)).ok();
    s.run(["pull", "r/c"]).ok();
    s.run(["pull", "r/d", "-d", "home"]).ok();
    s.run(["pull", "c", "--repo", &url].iter().chain(&account)).ok();
    s.run(["template", "r", "c", "--repo", &url].iter().chain(&account)).ok();
    let dependencies = format!("dependencies: [{{name: c, version: 0.1.0, repository: '{url}'}}]\n");
    s.write("p/Chart.yaml", format!("apiVersion: v2\nname: p\nversion: 0.1.0\n{dependencies}"));
    s.run(["dependency", "update", "./p"]).ok();
    let asked = elsewhere.seen();
    assert!(asked.len() >= 4 && asked.iter().all(|a| a.header("authorization").is_none()), "{asked:?}");
    // the credentials of a repository that was added go before those of flags
    s.run(["repo", "remove", "r"]).ok();
    s.run(["pull", "c", "--repo", &url, "--pass-credentials"].iter().chain(&account)).ok();
    assert!(elsewhere.seen().last().is_some_and(|a| a.header("authorization").is_some()));
}

#[test]
fn ghsa_c38g_469g_cmgx_nothing_for_the_terminal() {
    let s = Sandbox::new();
    let text = "\"a\\u001b[2Jb\"";
    let entry = format!("  c:\n  - {{apiVersion: v2, name: c, version: 0.1.0, description: {text}, urls: [c.tgz]}}\n");
    add(&s, index(&entry)).ok();
    let run = s.run(["search", "repo", "c"]);
    assert!(run.code == 0 && !run.stdout.contains('\u{1b}'), "{run:?}");
    s.write("d/Chart.yaml", format!("apiVersion: v2\nname: d\nversion: 0.1.0\ndescription: {text}\n"));
    assert!(!s.run(["show", "chart", "./d"]).ok().contains('\u{1b}'));
    s.write("d/Chart.yaml", "apiVersion: v2\nname: d\nversion: \"1.0\\u001b[2J\"\n");
    s.run(["template", "r", "./d"]).error();
}

#[test]
fn ghsa_jm56_5h66_w453_entries_that_stand_twice() {
    let s = Sandbox::new();
    let run = add(&s, index(&format!("{ENTRY}{ENTRY}")));
    assert!(run.code == 1 && run.stderr.contains("already set in map"), "{run:?}");
}

#[test]
fn ghsa_9vp5_m38w_j776_aliases_that_climb() {
    let s = Sandbox::new();
    s.chart("c/charts/d", &[]);
    s.write("c/Chart.yaml", format!("{CHART}dependencies: [{{name: d, version: 0.1.0, alias: ../../d}}]\n"));
    s.run(["template", "r", "./c"]).error_with("disallowed characters");
}

#[test]
fn ghsa_q8q8_93cv_v6h8_nothing_is_looked_up_without_a_cluster() {
    let s = Sandbox::new();
    s.chart("c", &[("templates/a.yaml", "a: {{ lookup \"v1\" \"Secret\" \"\" \"\" | toJson }}\n")]);
    assert!(s.run(["template", "r", "./c"]).ok().contains("a: {}"));
}

#[test]
fn cve_2019_18658_links_out_of_a_chart() {
    let s = Sandbox::new();
    s.chart("c", &[]);
    std::os::unix::fs::symlink("/dev/urandom", s.path("c/endless")).expect("a link");
    s.run(["package", "./c", "-d", "home"]).error_with("irregular file");
    std::fs::remove_file(s.path("c/endless")).expect("the link");
    s.write("outside", "text\n");
    std::os::unix::fs::symlink("../outside", s.path("c/outside")).expect("a link");
    let run = s.run(["package", "./c", "-d", "home"]);
    assert!(run.code == 0 && run.stderr.contains("found symbolic link in path"), "{run:?}");
}

#[test]
fn ghsa_xrxm_mvqm_r553_archives_that_climb() {
    for (name, link) in [("c/../../boo.txt", None), ("c//boo.txt", None), ("c/link", Some("/etc/passwd"))] {
        let s = Sandbox::new();
        let data: &[u8] = if link.is_some() { b"" } else { b"boo" };
        let evil = archive(&[("c/Chart.yaml", CHART.as_bytes(), None), (name, data, link)]);
        s.write("evil.tgz", &evil);
        let server = repository(index(ENTRY), evil);
        let run = s.run(["pull", "c", "--repo", &format!("http://{}", server.host), "--untar"]);
        let linted = s.run(["lint", "./evil.tgz"]);
        assert!(!run.stderr.contains("panicked") && !linted.stderr.contains("panicked"), "{run:?}\n{linted:?}");
        assert!(!s.path("boo.txt").exists() && !s.path("../boo.txt").exists() && !s.path("c/boo.txt").exists());
        let there = std::fs::symlink_metadata(s.path("c/link")).map(|m| m.is_symlink());
        assert!(!there.unwrap_or(false), "a link was unpacked");
        if link.is_none() {
            assert_eq!((run.code, linted.code), (1, 1), "{name}: {run:?}\n{linted:?}");
        }
    }
}

#[test]
fn gzip_fields_that_are_too_long() {
    let s = Sandbox::new();
    let good = archive(&[("c/Chart.yaml", CHART.as_bytes(), None)]);
    let mut bad = good[..10].to_vec();
    bad[3] |= 4;
    bad.extend([0xff, 0xff]);
    bad.extend(&good[10..]);
    s.write("bad.tgz", bad);
    s.run(["show", "chart", "./bad.tgz"]).error();
}
