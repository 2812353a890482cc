//! Expectations were written down from what Helm 4 hands to a post-renderer and reads back.

use super::*;

const PATH: &str = "c/templates/a.yaml";

fn files(text: &str) -> RenderedFiles {
    RenderedFiles::from([(PATH.to_owned(), GoStr::from(text.as_bytes()))])
}

fn seen(text: &str) -> String {
    String::from_utf8(merge(&files(text), "manifests").unwrap()).unwrap()
}

fn back(text: &str) -> String {
    let out = post_render(files(text), &|s| Ok(s.to_vec()), PostRenderStrategy::Combined).unwrap();
    String::from_utf8(out[PATH].to_vec()).unwrap()
}

#[test]
fn styles_and_comments_come_back_and_layout_is_kyaml_s() {
    let text = "# Copyright\n\n# about\napiVersion: v1 # one\nkind: ConfigMap   # two\nmetadata:\n  name: \"a\"\n\n  labels:\n      \
                app: 'x'\ndata:\n    list:\n      - a   # first\n      # of b\n      - b\n    flow: {a: 1,  \"b\": [1,2]}\n    \
                fold: >\n      x\n      y\n    null: ~\n    none:\n    n: 1.0\n# end\n";
    let want = "# Copyright\n\n# about\napiVersion: v1 # one\nkind: ConfigMap # two\nmetadata:\n  name: \"a\"\n  labels:\n    \
                app: 'x'\ndata:\n  list:\n  - a # first\n  # of b\n  - b\n  flow: {a: 1, \"b\": [1, 2]}\n  fold: >\n    \
                x y\n\n  null: ~\n  none:\n  n: 1.0\n# end\n";
    assert_eq!(back(text), want);
}

#[test]
fn the_file_s_name_travels_in_an_annotation() {
    let mark = "postrenderer.helm.sh/postrender-filename: 'c/templates/a.yaml'";
    assert_eq!(seen("a: 1\n"), format!("a: 1\nmetadata:\n  annotations:\n    {mark}\n"));
    assert_eq!(back("a: 1\n"), "a: 1\n");
    let flow = "kind: X\nmetadata: {name: x, annotations: {}}\n";
    assert_eq!(seen(flow), format!("kind: X\nmetadata: {{name: x, annotations: {{{mark}}}}}\n"));
    assert_eq!(back(flow), "kind: X\nmetadata: {name: x}\n");
}

#[test]
fn a_list_is_unwrapped() {
    let list = "kind: List\nitems:\n- kind: A\n# c\n- kind: B\n";
    assert_eq!(back(list), "kind: A\n---\n# c\nkind: B\n");
}

#[test]
fn what_is_no_object_is_refused() {
    let e = merge(&files("- a\n"), "manifests").unwrap_err();
    assert_eq!(
        e.to_string(),
        "error merging manifests: parsing c/templates/a.yaml: wrong node kind: expected MappingNode but got SequenceNode: \
         node contents:\n- a\n"
    );
}

#[test]
fn new_documents_get_a_name() {
    let out = post_render(files("a: 1\n"), &|_| Ok(b"b: 1\n---\nc: 1\n".to_vec()), PostRenderStrategy::Combined);
    let names: Vec<String> = out.unwrap().into_keys().collect();
    assert_eq!(names, ["generated-by-postrender-0.yaml", "generated-by-postrender-1.yaml"]);
}
