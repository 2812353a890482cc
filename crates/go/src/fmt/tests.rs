use super::*;

fn f(format: &str, args: &[Value]) -> String {
    sprintf(format.as_bytes(), args).to_string()
}

fn sample() -> Value {
    let m = Map::new();
    m.set("two", Value::Int64(2));
    m.set("one", Value::Float(1.0));
    m.set("nil", Value::Nil);
    Value::Map(m)
}

#[test]
fn verbs_and_flags() {
    assert_eq!(f("%d|%5d|%-5d|%05d|%+d|%x|%#X|%o|%b", &[7; 9].map(Value::Int)), "7|    7|7    |00007|+7|7|0X7|7|111");
    assert_eq!(
        f("%s|%10s|%.2s|%q|%x|% x|%05s", &["aé\"", "b", "cdé", "q\n", "hi", "hi", "z"].map(Value::from)),
        "aé\"|         b|cd|\"q\\n\"|6869|68 69|0000z"
    );
    assert_eq!(
        f("%v %g %.2f %e %6.1f %+v %x", &[1e6; 7].map(Value::Float)),
        "1e+06 1e+06 1000000.00 1.000000e+06 1000000.0 1e+06 0x1.e848p+19"
    );
    assert_eq!(
        f("%t %v %c %U %q", &[true.into(), false.into(), Value::Int(0x4e16), Value::Int(0x4e16), Value::Int(10)]),
        "true false 世 U+4E16 '\\n'"
    );
    assert_eq!(f("%T %T %T", &[Value::Nil, sample(), Value::Float(1.0)]), "<nil> map[string]interface {} float64");
}

#[test]
fn wrong_uses_are_written_into_the_text() {
    assert_eq!(f("%d", &[Value::Float(1000.0)]), "%!d(float64=1000)");
    assert_eq!(f("%s", &[Value::Nil]), "%!s(<nil>)");
    assert_eq!(f("a", &[Value::Int(2), Value::Nil]), "a%!(EXTRA int=2, <nil>)");
    assert_eq!(f("%d %!", &[Value::Int(1)]), "1 %!!(MISSING)");
    assert_eq!(f("%d %d", &[Value::Int(1)]), "1 %!d(MISSING)");
    assert_eq!(f("%[2]d %[1]d", &[Value::Int(1), Value::Int(2)]), "2 1");
    assert_eq!(f("%[3]d", &[Value::Int(1)]), "%!d(BADINDEX)");
    assert_eq!(f("%.*d", &[Value::Int(-3), Value::Int(42)]), "%!(BADPREC)42");
    assert_eq!(f("%*d", &[Value::Int(-4), Value::Int(42)]), "42  ");
    assert_eq!(f("%w", &["a".into()]), "%!w(string=a)");
    assert_eq!(f("%", &[]), "%!(NOVERB)");
}

#[test]
fn containers() {
    let list = Value::list(vec![Value::Int(1), "a".into(), Value::Nil, sample()]);
    assert_eq!(f("%v", std::slice::from_ref(&list)), "[1 a <nil> map[nil:<nil> one:1 two:2]]");
    assert_eq!(
        f("%d", std::slice::from_ref(&list)),
        "[1 %!d(string=a) <nil> map[%!d(string=nil):<nil> %!d(string=one):%!d(float64=1) %!d(string=two):2]]"
    );
    assert_eq!(
        f("%#v", &[list]),
        "[]interface {}{1, \"a\", interface {}(nil), map[string]interface {}{\"nil\":interface {}(nil), \"one\":1, \"two\":2}}"
    );
    let bytes = Value::List(List::typed(Type::Uint8, vec![Value::Num(Num::U8(104)), Value::Num(Num::U8(105))]));
    assert_eq!(f("%s %v %x %#v %q", &[0; 5].map(|_| bytes.clone())), "hi [104 105] 6869 []byte{0x68, 0x69} \"hi\"");
}

#[test]
fn spaces_between_operands() {
    assert_eq!(sprint(&[Value::Int(1), Value::Int(2), "a".into(), Value::Nil, Value::Nil]), "1 2a<nil> <nil>");
    assert_eq!(sprintln(&[Value::Int(1), "a".into()]), "1 a\n");
}

#[test]
fn a_map_inside_itself_ends() {
    let m = Map::new();
    m.set("a", Value::Map(m.clone()));
    assert!(sprint(&[Value::Map(m.clone())]).len() > 1000);
    m.clear();
}
