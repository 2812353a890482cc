use super::*;

fn show(m: Result<Map, Error>) -> String {
    match m {
        Ok(m) => crate::json::from_value(&Value::Map(m)).to_string(),
        Err(e) => format!("error: {e}"),
    }
}

#[test]
fn set_types_its_values() {
    assert_eq!(
        show(parse("a=1,b=1.5,c=true,d=null,e=,f=017")),
        r#"{"a":1,"b":"1.5","c":true,"d":null,"e":"","f":"017"}"#
    );
    assert_eq!(show(parse("a={x,2},b[1].c=y")), r#"{"a":["x",2],"b":[null,{"c":"y"}]}"#);
    assert_eq!(show(parse_string("a=1")), r#"{"a":"1"}"#);
    assert_eq!(show(parse(r"a\.b=c\,d")), r#"{"a.b":"c,d"}"#);
}

#[test]
fn json_values_may_follow_one_another() {
    assert_eq!(show(parse_json(r#"a={"x":1},b=[1,2] ,c="s""#)), r#"{"a":{"x":1},"b":[1,2],"c":"s"}"#);
    assert_eq!(show(parse_json("a=b")), "error: invalid character 'b' looking for beginning of value");
    assert_eq!(show(parse_json("a={")), "error: unexpected EOF");
}

#[test]
fn literals_keep_everything() {
    assert_eq!(show(parse_literal(r"a.b=x,y={z}\n")), r#"{"a":{"b":"x,y={z}\\n"}}"#);
}

#[test]
fn clashes_and_limits_are_told() {
    let base = parse("a=1").unwrap();
    assert_eq!(
        parse_into("a.b=2", &base).unwrap_err().0,
        "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}"
    );
    assert_eq!(show(parse("a[65537]=1")), "error: index of 65537 is greater than maximum supported index of 65536");
    assert_eq!(show(parse("a")), "error: key \"a\" has no value");
    assert_eq!(show(parse("a[0]x=1")), "error: unexpected data at end of array index: ['x']");
    assert_eq!(show(parse("a[0")), "{}");
}
