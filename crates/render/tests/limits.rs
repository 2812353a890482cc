//! Runaway templates end in an error that says which bound they met.

use pintle_go::Value;
use pintle_render::{Limits, RenderOptions, render_text};

fn error(text: &str, limits: Limits) -> String {
    let options = RenderOptions { limits, ..RenderOptions::default() };
    let result = render_text("t", text.as_bytes(), &[], &Value::Nil, &options, &mut Vec::new());
    result.expect_err("a bound is met").to_string()
}

#[test]
fn output_is_bounded() {
    let e = error(
        "{{ range until 1000000 }}{{ repeat 1000 \"x\" }}{{ end }}",
        Limits { output: 5000, ..Limits::default() },
    );
    assert!(e.ends_with("output grew over 5000 bytes"), "{e}");
}

#[test]
fn recursion_that_branches_is_bounded() {
    let text = "{{ define \"b\" }}{{ if gt . 0 }}{{ include \"b\" (int (sub . 1)) }}{{ include \"b\" (int (sub . 1)) }}{{ end }}\
                {{ end }}{{ include \"b\" 60 }}";
    let e = error(text, Limits { calls: 3000, ..Limits::default() });
    assert!(e.ends_with("include and tpl were called more than 3000 times"), "{e}");
}

#[test]
fn tpl_in_tpl_is_bounded() {
    let e = error(
        "{{ $x := dict \"t\" \"{{ tpl .t . }}\" }}{{ tpl $x.t $x }}",
        Limits { tpl_depth: 20, ..Limits::default() },
    );
    assert!(e.ends_with("tpl is nested more than 20 deep"), "{e}");
}
