//! Documents as Kubernetes' kyaml reads, marks and writes them (`kio.ByteReader`, `kio.ByteWriter`).

use pintle_yaml::{Item, Tree};

/// Marks of kyaml's own, which its writer takes off.
const INDEX: [&str; 3] =
    ["config.kubernetes.io/index", "internal.config.kubernetes.io/index", "internal.config.kubernetes.io/seqindent"];
/// Annotations under their old and new names: kyaml adds the one that is missing.
const RENAMED: [(&str, &str); 2] = [
    ("config.kubernetes.io/path", "internal.config.kubernetes.io/path"),
    ("config.k8s.io/id", "internal.config.kubernetes.io/id"),
];

/// All objects of a stream; a stream that is one `List` gives its items.
pub(super) fn read_all(stream: &[u8]) -> Result<Vec<Tree>, String> {
    let text = without_carriage_returns(stream);
    let docs = documents(&text)?;
    let alone = docs.len() == 1;
    let mut trees = Vec::new();
    for doc in docs {
        let Some(mut tree) = Tree::read(&doc).map_err(|e| format!("MalformedYAMLError: {}", e.0))? else { continue };
        if tree.root().is_null() {
            continue;
        }
        check_kinds(tree.root())?;
        let root = tree.root();
        let kind = root.get("kind").and_then(Item::text);
        let list = matches!(kind, Some(b"List" | b"ResourceList"));
        if alone && list && (root.get("items").is_some() || root.get("functionConfig").is_some()) {
            trees.extend(tree.root_mut().remove("items").map(Item::into_trees).unwrap_or_default());
            continue;
        }
        rename(tree.root_mut());
        trees.push(tree);
    }
    Ok(trees)
}

/// Writes a document without kyaml's own marks and without empty annotations.
pub(super) fn write(mut tree: Tree) -> Vec<u8> {
    for key in INDEX {
        take_annotation(tree.root_mut(), key);
    }
    let root = tree.root_mut();
    if let Some(meta) = root.get_mut("metadata") {
        if meta.get("annotations").is_some_and(is_nothing) {
            meta.remove("annotations");
        }
        if is_nothing(meta) {
            root.remove("metadata");
        }
    }
    tree.write()
}

/// Sets an annotation, in single quotes as kyaml does.
pub(super) fn annotate(object: &mut Item, key: &str, value: &str) {
    if let Some(meta) = child(object, "metadata")
        && let Some(annotations) = child(meta, "annotations")
    {
        annotations.set(key, Item::quoted(value.as_bytes()));
    }
}

/// Takes an annotation off an object; an empty one counts as none.
pub(super) fn take_annotation(object: &mut Item, key: &str) -> Option<String> {
    let taken = object.get_mut("metadata")?.get_mut("annotations")?.remove(key)?;
    let text = String::from_utf8_lossy(taken.text()?).into_owned();
    (!text.is_empty()).then_some(text)
}

fn annotation(object: &Item, key: &str) -> Option<String> {
    let text = object.get("metadata")?.get("annotations")?.get(key)?.text()?;
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

fn rename(object: &mut Item) {
    for (old, new) in RENAMED {
        match (annotation(object, old), annotation(object, new)) {
            (Some(v), None) => annotate(object, new, &v),
            (None, Some(v)) => annotate(object, old, &v),
            _ => {}
        }
    }
}

/// The mapping under a key, made at the end if there is none.
fn child<'a>(object: &'a mut Item, key: &str) -> Option<&'a mut Item> {
    if object.get(key).is_some_and(Item::is_null) {
        object.remove(key);
    }
    if object.get(key).is_none() {
        object.set(key, Item::mapping());
    }
    object.get_mut(key)
}

fn is_nothing(item: &Item) -> bool {
    item.is_null() || (item.is_mapping() && item.is_empty())
}

fn check_kinds(root: &Item) -> Result<(), String> {
    let metadata = root.get("metadata").filter(|m| !m.is_null());
    let annotations = metadata.and_then(|m| m.get("annotations")).filter(|a| !a.is_null());
    match [Some(root), metadata, annotations].into_iter().flatten().find(|i| !i.is_mapping()) {
        None => Ok(()),
        Some(other) => {
            let kind = if other.text().is_some() { "ScalarNode" } else { "SequenceNode" };
            let text = other.clone().into_tree().write();
            let text = String::from_utf8_lossy(&text);
            Err(format!("wrong node kind: expected MappingNode but got {kind}: node contents:\n{text}"))
        }
    }
}

fn without_carriage_returns(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (i, b) in text.iter().enumerate() {
        if *b != b'\r' || text.get(i + 1) != Some(&b'\n') {
            out.push(*b);
        }
    }
    out
}

/// Splits at lines that begin with `---`; only a comment may follow on such a line.
fn documents(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut docs = Vec::new();
    let mut doc: Vec<u8> = Vec::new();
    let lines = text.split_inclusive(|b| *b == b'\n');
    let mut first = true;
    for line in lines {
        // a separator is a whole line, and not the first one
        match line.strip_prefix(b"---").filter(|_| !first && line.ends_with(b"\n")) {
            Some(after) => {
                let after = after.trim_ascii();
                if !after.is_empty() && !after.starts_with(b"#") {
                    let line = String::from_utf8_lossy(line.trim_ascii());
                    return Err(format!("invalid document separator: {line}"));
                }
                docs.push(std::mem::take(&mut doc));
                // the separator took the line break before the next line along: that line begins no other
                first = true;
                continue;
            }
            None => doc.extend_from_slice(line),
        }
        first = false;
    }
    if !text.is_empty() {
        docs.push(doc);
    }
    Ok(docs)
}
