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

#[test]
fn loops_are_bounded() {
    let few = Limits { steps: 1000, ..Limits::default() };
    let wanted = "range and template went on for more than 1000 steps";
    for text in [
        "{{ range 9223372036854775807 }}{{ end }}",
        "{{ range until 100 }}{{ range until 100 }}{{ end }}{{ end }}",
        "{{ define \"b\" }}{{ if gt . 0 }}{{ template \"b\" (sub . 1 | int) }}{{ template \"b\" (sub . 1 | int) }}{{ end }}{{ end }}\
         {{ template \"b\" 60 }}",
        "{{ range 600 }}{{ end }}{{ tpl \"{{ range 600 }}{{ end }}\" . }}",
    ] {
        let e = error(text, few);
        assert!(e.ends_with(wanted), "{text}: {e}");
    }
    // by default, too, it ends while somebody waits
    let e = error("{{ range 9223372036854775807 }}{{ end }}", Limits::default());
    assert!(e.contains("went on for more than 50000000 steps"), "{e}");
}

#[test]
fn values_are_bounded() {
    let small = Limits { output: 100_000, ..Limits::default() };
    for text in [
        "{{ $s := \"xxxxxxxxxx\" }}{{ range 60 }}{{ $s = print $s $s }}{{ end }}",
        "{{ $s := \"xxxxxxxxxx\" }}{{ range 60 }}{{ $s = cat $s $s }}{{ end }}",
        "{{ len (repeat 200000 \"x\") }}",
    ] {
        let e = error(text, small);
        assert!(e.ends_with("a string grew over 100000 bytes"), "{text}: {e}");
    }
    for (text, wanted) in [
        ("{{ $s := list 1 2 }}{{ range 60 }}{{ $s = concat $s $s }}{{ end }}", "a list grew over 16777216 items"),
        ("{{ repeat 2000000000 \"x\" }}", "strings: Repeat output length overflow"),
        ("{{ indent 2000000000 \"x\" }}", "strings: Repeat output length overflow"),
        ("{{ until 2000000000 }}", "makeslice: len out of range"),
        ("{{ untilStep 0 2000000000 1 }}", "makeslice: len out of range"),
        ("{{ seq 2000000000 }}", "makeslice: len out of range"),
    ] {
        let e = error(text, Limits::default());
        assert!(e.contains(wanted), "{text}: {e}");
    }
}

#[test]
fn values_that_unfold_are_bounded() {
    let twice = "{{ $d := dict }}{{ range 60 }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}";
    for (text, wanted) in [
        ("{{ $d }}", "output grew over 268435456 bytes"),
        ("{{ mustToJson $d }}", "json: text grew over 268435456 bytes"),
        ("{{ mustToYaml $d }}", "yaml: text grew over 268435456 bytes"),
        ("{{ deepCopy $d }}", "a copy would have over 4194304 parts"),
    ] {
        let e = error(&format!("{twice}{text}"), Limits::default());
        assert!(e.ends_with(wanted), "{text}: {}", e.chars().take(300).collect::<String>());
    }
}

#[test]
fn nesting_is_bounded() {
    let nested =
        |open: &str, inner: &str, close: &str, n: usize| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
    for (text, wanted) in [
        (nested("{{ if true }}", "", "{{ end }}", 100_000), "template nests too deeply"),
        (nested("{{ range 1 }}", "", "{{ end }}", 100_000), "template nests too deeply"),
        (format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(100_000)), "template nests too deeply"),
        (format!("{{{{ {} }}}}", nested("(", "1", ")", 100_000)), "max expression depth exceeded"),
        (format!("{{{{ mustFromJson (repeat 1000000 {:?}) }}}}", "["), "exceeded max depth"),
        ("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}".to_owned(), "nested reference name"),
        (
            "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}".to_owned(),
            "exceeded maximum template depth",
        ),
    ] {
        let e = error(&text, Limits::default());
        let shown: String = e.chars().take(200).collect();
        assert!(e.contains(wanted), "{shown}");
    }
    // what is as deep as that is allowed runs
    let deep = nested("{{ if true }}", "x", "{{ end }}", 2000);
    let mut out = Vec::new();
    let result = render_text("t", deep.as_bytes(), &[], &Value::Nil, &RenderOptions::default(), &mut out);
    assert_eq!((result.is_ok(), out.as_slice()), (true, &b"x"[..]));
}
