//! Which layer set a value: a flag, a line of a values file, or a line of a chart's own defaults.
//!
//! Merging forgets where values came from, and it must stay fast. So the question is answered afterwards, for those who
//! ask: the layers are looked through from the strongest to the weakest, by the order of [`Options::merge`] and
//! of coalescing, for the first that says anything about a path.

use std::fmt;

use pintle_go::{Map, Step, Value, ValuePath};
use pintle_yaml::{NodeKind, NodeRef};

use crate::values::{Options, Source};
use crate::{Chart, coalesce, strvals};

/// Who set a value; `Display` is short, for people: `--set a=b`, `values-prod.yaml:3`, `web/values.yaml:12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A flag of the `--set` family.
    Flag {
        /// Its name, without dashes.
        flag: &'static str,
        /// Its argument.
        text: String,
    },
    /// A file given by `-f`.
    File {
        /// As it was given.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// The values.yaml of a chart above the one whose value it is.
    Parent {
        /// The file's path, beginning with the root chart's name.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// The values.yaml of the chart itself.
    Default {
        /// The file's path, beginning with the root chart's name.
        path: String,
        /// Line, from 1.
        line: usize,
    },
}

impl fmt::Display for SetBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetBy::Flag { flag, text } => write!(f, "--{flag} {text}"),
            SetBy::File { path, line } | SetBy::Parent { path, line } | SetBy::Default { path, line } => {
                write!(f, "{path}:{line}")
            }
        }
    }
}

/// All that values can come from, the strongest first.
#[derive(Clone, Default)]
pub struct Layers {
    flags: Vec<(&'static str, String, Map)>,
    files: Vec<(String, Vec<u8>)>,
    charts: Defaults,
}

/// A chart's defaults, and those beneath.
#[derive(Clone, Debug, Default)]
struct Defaults {
    name: String,
    path: String,
    text: Vec<u8>,
    beneath: Vec<Defaults>,
}

impl Defaults {
    fn of(chart: &Chart) -> Self {
        Defaults {
            name: chart.name().to_owned(),
            path: format!("{}/values.yaml", chart.full_path()),
            text: chart.raw_file("values.yaml").map(|f| f.data.to_vec()).unwrap_or_default(),
            beneath: chart.dependencies().iter().map(Defaults::of).collect(),
        }
    }
}

/// Reads a flag's argument.
type Parse<'a> = dyn Fn(&str) -> Option<Map> + 'a;

impl Layers {
    /// The layers of a chart and the flags. What `source` cannot read (any more) says nothing.
    pub fn new(chart: &Chart, options: &Options, source: &dyn Source) -> Self {
        let mut flags = Vec::new();
        let file = |path: &str| source.read(path).map(Value::str);
        let families: [(_, _, &Parse<'_>); 5] = [
            ("set-literal", &options.literal_values, &|t| strvals::parse_literal(t).ok()),
            ("set-file", &options.file_values, &|t| strvals::parse_file(t, &file).ok()),
            ("set-string", &options.string_values, &|t| strvals::parse_string(t).ok()),
            ("set", &options.values, &|t| strvals::parse(t).ok()),
            ("set-json", &options.json_values, &json),
        ];
        for (flag, texts, parse) in families {
            flags.extend(texts.iter().rev().filter_map(|t| Some((flag, t.clone(), parse(t)?))));
        }
        let read = |path: &String| Some((path.clone(), source.read(path).ok()?));
        let files = options.value_files.iter().rev().filter_map(read).collect();
        Layers { flags, files, charts: Defaults::of(chart) }
    }

    /// The layer that set a value, or took it away; nothing where no layer has it (it is not set, or a template or an
    /// import made it).
    pub fn of(&self, path: &ValuePath) -> Option<SetBy> {
        // globals of a chart above win
        let global = path.0.iter().position(|s| matches!(s, Step::Key(k) if k.as_bytes() == coalesce::GLOBAL));
        for from in 0..global.unwrap_or(0) {
            let above = path.0.iter().take(from).chain(path.0.iter().skip(global.unwrap_or(0)));
            if let Some(by) = self.exactly(&above.cloned().collect::<Vec<_>>()) {
                return Some(by);
            }
        }
        self.exactly(&path.0)
    }

    fn exactly(&self, path: &[Step]) -> Option<SetBy> {
        for (flag, text, map) in &self.flags {
            if says(&Value::Map(map.clone()), path) {
                return Some(SetBy::Flag { flag, text: text.clone() });
            }
        }
        for (file, text) in &self.files {
            if let Some(line) = line_of(text, path) {
                return Some(SetBy::File { path: file.clone(), line });
            }
        }
        let (mut chart, mut rest) = (&self.charts, path);
        loop {
            let beneath = match rest.split_first() {
                Some((Step::Key(k), deeper)) => {
                    let sub = chart.beneath.iter().find(|c| c.name.as_bytes() == k.as_bytes());
                    sub.map(|c| (c, deeper))
                }
                _ => None,
            };
            if let Some(line) = line_of(&chart.text, rest) {
                let path = chart.path.clone();
                return Some(match beneath {
                    Some(_) => SetBy::Parent { path, line },
                    None => SetBy::Default { path, line },
                });
            }
            (chart, rest) = beneath?;
        }
    }
}

fn json(text: &str) -> Option<Map> {
    match pintle_go::json::decode(text.trim().as_bytes()) {
        Ok(v) => v.as_map(),
        Err(_) => strvals::parse_json(text).ok(),
    }
}

/// Whether a tree says something about a path: has it, or has something that is no collection above it.
fn says(tree: &Value, path: &[Step]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    match (tree, step) {
        (Value::Map(m), Step::Key(k)) => m.get(k).is_some_and(|v| says(&v, rest)),
        // what a flag leaves out of a list is null
        (Value::List(l), Step::Index(i)) => l.get(*i).is_some_and(|v| !v.is_nil() && says(v, rest)),
        (Value::Map(_) | Value::List(_), _) => false,
        _ => true,
    }
}

/// The line of a YAML text that says something about a path; of several documents the last counts.
fn line_of(text: &[u8], path: &[Step]) -> Option<usize> {
    if path.is_empty() {
        return None;
    }
    let source = pintle_yaml::Source::new(text);
    source.documents().map_while(Result::ok).filter_map(|doc| line_in(doc.root(), doc.root(), path)).last()
}

/// `at` shows where `node` begins: its key.
fn line_in(node: NodeRef<'_, '_>, at: NodeRef<'_, '_>, path: &[Step]) -> Option<usize> {
    let here = Some(at.place().line);
    let Some((step, rest)) = path.split_first() else { return here };
    let node = node.target();
    match (node.kind(), step) {
        (NodeKind::Mapping, Step::Key(key)) => {
            let own = node.entries().filter(|(k, _)| k.target().text() == key.as_bytes()).last();
            let (key, value) = match own {
                Some(found) => found,
                None => {
                    let merged = node.get(&key.to_str_lossy())?;
                    (merged, merged)
                }
            };
            line_in(value, key, rest)
        }
        (NodeKind::Sequence, Step::Index(i)) => {
            // a list takes the place of every list beneath it, whatever it has
            node.children().nth(*i).and_then(|item| line_in(item, item, rest)).or(here)
        }
        (NodeKind::Mapping, _) => None,
        _ => here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::File;

    struct Files;

    impl Source for Files {
        fn read(&self, path: &str) -> Result<Vec<u8>, String> {
            match path {
                "a.yaml" => Ok(b"image:\n  tag: a\n  name: x\nlist:\n- a: 1\n".to_vec()),
                "b.yaml" => Ok(b"base: &b {deep: 1}\nsub:\n  image: {tag: b}\nimage:\n  <<: *b\n  tag: b\n".to_vec()),
                _ => Err("gone".into()),
            }
        }
    }

    fn chart(name: &str, values: &str) -> Chart {
        let mut c = Chart::default();
        c.rename(name);
        c.raw.push(File::new("values.yaml", values.as_bytes()));
        c
    }

    fn shown(path: &str) -> String {
        let mut root = chart(
            "root",
            "global: {host: h}\nsub:\n  port: 1\nown: 1\nimage:\n  tag: r\n  pull: Always\nlist: [{b: 2}, 3]\n",
        );
        root.add_dependency(chart("sub", "port: 80\nname: s\nglobal:\n  host: s\n  zone: z\n"));
        let options = Options {
            value_files: vec!["a.yaml".into(), "gone.yaml".into(), "b.yaml".into()],
            values: vec!["x.y=1,x.z=null".into(), "list[1].a=2".into()],
            string_values: vec!["x.y=2".into()],
            ..Options::default()
        };
        let layers = Layers::new(&root, &options, &Files);
        let steps = path.split('.').map(|s| s.parse().map_or_else(|_| Step::Key(s.into()), Step::Index));
        layers.of(&ValuePath(steps.collect())).map_or_else(|| "nobody".to_owned(), |by| by.to_string())
    }

    #[test]
    fn the_strongest_layer_is_named() {
        for (path, by) in [
            ("x.y", "--set-string x.y=2"),
            ("x.z", "--set x.y=1,x.z=null"),
            ("x.y.deeper", "--set-string x.y=2"),
            ("image.tag", "b.yaml:6"),
            ("image.name", "a.yaml:3"),
            ("image.deep", "b.yaml:1"),
            ("image.pull", "root/values.yaml:7"),
            ("image", "b.yaml:4"),
            ("list.1.a", "--set list[1].a=2"),
            ("list.0.a", "a.yaml:5"),
            ("list.0.b", "a.yaml:4"),
            ("own", "root/values.yaml:4"),
            ("sub.port", "root/values.yaml:3"),
            ("sub.name", "root/charts/sub/values.yaml:2"),
            ("sub.image.tag", "b.yaml:3"),
            ("sub.global.host", "root/values.yaml:1"),
            ("sub.global.zone", "root/charts/sub/values.yaml:5"),
            ("none", "nobody"),
        ] {
            assert_eq!(shown(path), by, "{path}");
        }
    }
}
